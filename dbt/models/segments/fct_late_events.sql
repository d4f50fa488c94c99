{#-
One row per day on which something happened: how much of it arrived late, and what that changed. Late events change
what is valid, never what was known.
-#}
{{ config(materialized='table') }}

with

events as (

    select
        session_id,
        timestamp,
        cast(timestamp as date) as event_date,
        coalesce(received_at > timestamp + interval '{{ var("late_event_minutes") }} minutes', false) as is_late
    from {{ ref('int_events_sessionized') }}

),

days as (

    select
        event_date,
        count(*) as events,
        count(case when is_late then 1 end) as late_events
    from events
    group by event_date

),

touched as (

    select distinct session_id from events where is_late and session_id is not null

),

followed as (

    select
        events.*,
        lag(case when not events.is_late then events.timestamp end ignore nulls) over (
            partition by events.session_id order by events.timestamp, events.is_late
        ) as previous_in_time_at
    from events
    inner join touched on events.session_id = touched.session_id

),

sessions as (

    select
        session_id,
        cast(min(timestamp) as date) as event_date,
        count(case when not is_late then 1 end) as events_in_time,
        count(case when not is_late and timestamp > previous_in_time_at + {{ session_gap() }} then 1 end) as gaps
    from followed
    group by session_id

),

sessions_of_days as (

    select
        event_date,
        count(*) as sessions_changed,
        count(case when events_in_time = 0 then 1 end) as sessions_added,
        count(case when gaps > 0 then 1 end) as sessions_split
    from sessions
    group by event_date

),

-- a moment evaluated again after a later one: what came to be believed then is about the past
evaluations as (

    select distinct
        evaluated.as_of,
        evaluated.known_at
    from {{ ref('fct_segment_sizes') }} as evaluated
    inner join {{ ref('fct_segment_sizes') }} as earlier
        on evaluated.as_of < earlier.as_of and evaluated.known_at > earlier.known_at

),

memberships_of_days as (

    select
        cast(changed.as_of as date) as event_date,
        count(distinct changed.customer_id || '|' || changed.segment) as memberships_changed
    from (
        select
            evaluations.as_of,
            history.customer_id,
            history.segment
        from evaluations
        inner join {{ ref('fct_segment_history') }} as history on evaluations.known_at = history.known_from
        union all
        select
            as_of,
            customer_id,
            segment
        from {{ source('segments', 'late_memberships') }}
    ) as changed
    group by cast(changed.as_of as date)

)

select
    coalesce(days.event_date, memberships_of_days.event_date) as event_date,
    coalesce(days.events, 0) as events,
    coalesce(days.late_events, 0) as late_events,
    coalesce(days.late_events / cast(days.events as double), 0) as late_share,
    coalesce(sessions_of_days.sessions_changed, 0) as sessions_changed,
    coalesce(sessions_of_days.sessions_added, 0) as sessions_added,
    coalesce(sessions_of_days.sessions_split, 0) as sessions_split,
    coalesce(memberships_of_days.memberships_changed, 0) as memberships_changed
from days
left join sessions_of_days on days.event_date = sessions_of_days.event_date
full join memberships_of_days on days.event_date = memberships_of_days.event_date
