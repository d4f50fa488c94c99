-- Half the sum of the differences of shares: 0 for the same mix, 1 for nothing in common.
with

counted as (

    select
        coalesce(received_at, "timestamp")::date as day,
        coalesce(event, type) as event,
        count(*) as events
    from {batch}
    group by 1, 2

),

last_whole_day as (

    select max(day) - 1 as day, min(day) as first_day from counted

),

compared as (

    select
        counted.event,
        coalesce(sum(counted.events) filter (where counted.day = last_whole_day.day), 0) as events,
        coalesce(sum(counted.events) filter (where counted.day < last_whole_day.day), 0) as events_before
    from counted
    cross join last_whole_day
    where
        counted.day between last_whole_day.day - 28 and last_whole_day.day
        and last_whole_day.first_day <= last_whole_day.day - 8
    group by counted.event

),

differences as (

    select
        sum(events) over () as total,
        abs(events / nullif(sum(events) over (), 0) - events_before / nullif(sum(events_before) over (), 0)) as difference
    from compared

)

select 1 as found
from differences
group by total
having total >= 1000 and sum(difference) / 2 > 0.3
