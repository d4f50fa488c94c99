-- Grain: one moment, without the one before the first.
with

counted as (

    select
        as_of,
        count(*) as customers,
        count(*) filter (where is_member) as size
    from analysis.evaluated
    group by as_of

),

entries as (

    select
        entered_at as as_of,
        count(*) as entered
    from analysis.stays
    where entered_at is not null
    group by entered_at

),

exits as (

    select
        left_at as as_of,
        count(*) as lost
    from analysis.stays
    where left_at is not null
    group by left_at

)

select
    moments.as_of,
    coalesce(counted.customers, 0) as customers,
    coalesce(counted.size, 0) as size,
    coalesce(counted.size / nullif(cast(counted.customers as double), 0), 0) as share,
    coalesce(entries.entered, 0) as entered,
    coalesce(exits.lost, 0) as "left"
from analysis.moments
left join counted on moments.as_of = counted.as_of
left join entries on moments.as_of = entries.as_of
left join exits on moments.as_of = exits.as_of
where moments.step > 0
order by moments.as_of
