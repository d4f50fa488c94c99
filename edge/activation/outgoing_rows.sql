-- What is sent, with the values of now; for a removal those that the target acknowledged, else those it
-- perhaps got, else (after a rebuild from the ledger, which holds no values) the values of now.
-- ``is_former``: where the target knows a person by their values, whatever else it holds or may hold of them
-- under other ones is removed too. Grain: one content of one member of one segment.
create or replace temp table outgoing as
with

told_before as (
    select acknowledged.segment, acknowledged.customer_id, acknowledged.fields, 1 as rank
    from acknowledged
    semi join changes on acknowledged.segment = changes.segment and acknowledged.customer_id = changes.customer_id
    where acknowledged.fields is not null
    union all
    select unsettled.segment, unsettled.customer_id, unsettled.fields, 2 as rank
    from unsettled
    semi join changes on unsettled.segment = changes.segment and unsettled.customer_id = changes.customer_id
    where unsettled.fields is not null
),

first_told as (
    select
        segment,
        customer_id,
        arg_min(fields, rank) as fields
    from told_before
    group by segment, customer_id
),

main as (
    select
        contents.*,
        case
            when contents.operation = 'remove' then coalesce(first_told.fields, to_json(contents.told), '{}')
            else coalesce(to_json(contents.told), '{}')
        end as fields
    from contents
    left join first_told
        on contents.segment = first_told.segment and contents.customer_id = first_told.customer_id
),

former as (
    select
        main.segment,
        main.customer_id,
        main.since_number,
        main.attempts,
        any_value(told_before.fields) as fields
    from main
    inner join told_before on main.segment = told_before.segment and main.customer_id = told_before.customer_id
    where {told_identity} <> {main_identity}
    group by main.segment, main.customer_id, main.since_number, main.attempts, {told_identity}
)

select
    segment,
    customer_id,
    operation,
    operation_rank,
    reason,
    fingerprint,
    since_number,
    attempts,
    fields,
    false as is_former
from main
union all
select
    segment,
    customer_id,
    'remove' as operation,
    1 as operation_rank,
    'known otherwise before' as reason,
    null as fingerprint,
    since_number,
    attempts,
    fields,
    true as is_former
from former
