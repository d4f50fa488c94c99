-- What each row says: the values now; for a removal what the target acknowledged, else what it perhaps
-- got, else (after a rebuild from the ledger, which holds no values) the values now.
-- ``former`` is every other content that the target may hold of the member. Other values are another removal,
-- and so another key; what is added or updated is known by its fingerprint.
update outbox
set
    fields = told.fields,
    former = told.former,
    key = case
        when outbox.operation = 'remove'
            then left(sha256($key || sha256(concat_ws('|', $key, outbox.key, told.fields, told.former))), 32)
        else outbox.key
    end
from (
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

    before as (
        select
            segment,
            customer_id,
            arg_min(fields, rank) as fields,
            list_sort(list_distinct(list(fields::varchar))) as every_fields
        from told_before
        group by segment, customer_id
    ),

    chosen as (
        select
            contents.segment,
            contents.customer_id,
            case
                when contents.operation = 'remove' then coalesce(before.fields, to_json(contents.told), '{}')
                else coalesce(to_json(contents.told), '{}')
            end as fields,
            before.every_fields
        from contents
        left join before on contents.segment = before.segment and contents.customer_id = before.customer_id
    )

    select
        segment,
        customer_id,
        fields,
        to_json(list_filter(coalesce(every_fields, []), lambda x: x <> fields::varchar)::json[]) as former
    from chosen
) as told
where outbox.sync_id = $sync_id and outbox.segment = told.segment and outbox.customer_id = told.customer_id
