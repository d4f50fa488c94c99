-- Who left a segment in the last four weeks (or since the first moment evaluated) and which one they entered meanwhile.
-- No name stands for no segment at all. Grain: a pair of segments.
with

moment as (
    select max(as_of) as as_of from segments.dim_segments where status != 'retired'
),

span as (
    select
        moment.as_of,
        coalesce(
            max(sizes.as_of) filter (where sizes.as_of <= moment.as_of - interval '28 days'), min(sizes.as_of)
        ) as since
    from moment
    inner join segments.fct_segment_sizes as sizes on sizes.as_of < moment.as_of
    group by moment.as_of
),

members_then as (
    select
        history.segment,
        history.customer_id
    from segments.fct_segment_history as history
    inner join span on history.valid_from <= span.since and coalesce(history.valid_to > span.since, true)
    -- a merged or unknown customer did not leave
    where history.known_to is null and history.customer_id in (select customer_id from features.ftr_customers)
),

members_now as (
    select
        segment,
        customer_id
    from segments.fct_segment_members
    where exists (select 1 from span)
),

gone as (
    select * from members_then
    except
    select * from members_now
),

come as (
    select * from members_now
    except
    select * from members_then
)

select
    coalesce(gone.segment, '') as from_segment,
    coalesce(come.segment, '') as to_segment,
    count(*) as customers,
    (select span.since from span) as since
from gone
full join come on gone.customer_id = come.customer_id
where
    (gone.customer_id is not null or come.customer_id not in (select members_then.customer_id from members_then))
    and (come.customer_id is not null or gone.customer_id not in (select members_now.customer_id from members_now))
group by all
order by customers desc, from_segment, to_segment
