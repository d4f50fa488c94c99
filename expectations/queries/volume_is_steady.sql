-- Days without events count as 0. Fewer than 8 days before give no opinion, nor do fewer than 100 events a day.
with

days as (

    select coalesce(received_at, "timestamp")::date as day, count(*) as events
    from {batch}
    group by 1

),

last_whole_day as (

    select max(day) - 1 as day from days

),

calendar as (

    select unnest(generate_series(last_whole_day.day - 28, last_whole_day.day, interval 1 day))::date as day
    from last_whole_day

),

counted as (

    select
        calendar.day,
        calendar.day = last_whole_day.day as is_judged,
        coalesce(days.events, 0) as events
    from calendar
    cross join last_whole_day
    left join days on calendar.day = days.day
    where calendar.day >= (select min(day) from days)

),

judged as (

    select
        max(events) filter (where is_judged) as events,
        median(events) filter (where not is_judged) as usual,
        count(*) filter (where not is_judged) as days_before
    from counted

)

select 1 as found
from judged
where
    days_before >= 8
    and usual >= 100
    and events not between usual / 3 and usual * 3
