{#-
One row per event and moment: the events so far of each session that goes on after as_of. The roll-ups hold
such a session whole, so it is summed again from these. In a live refresh there are few or none. They are found by
when their session began as well as by its id: DuckDB then passes over the events of other days.
-#}
{{ config(materialized='table') }}

with

moments as (

    select as_of from {{ ref('int_moments_evaluated') }}

),

interrupted as (

    select distinct
        moments.as_of,
        days.session_id,
        sessions.started_at

    from moments

    inner join {{ ref('int_visitor_days_summed') }} as days
        on
            days.last_at > moments.as_of
            -- the next event of an open session comes within the session's gap
            and days.first_at <= moments.as_of + {{ session_gap() }}

    inner join {{ ref('int_sessions_summed') }} as sessions on days.session_id = sessions.session_id

)

select
    interrupted.as_of,
    events.visitor_id,
    events.session_id,
    cast(events.timestamp as date) as event_date,
    events.timestamp,
    events.type,
    events.event,
    events.page_path,
    events.product_id,
    events.category,
    events.brand,
    events.price,
    events.list_price,
    events.margin_share,
    events.dwell_seconds,
    events.scroll_depth_share

from {{ ref('int_events_sessionized') }} as events

inner join interrupted
    on
        events.session_started_at = interrupted.started_at
        and events.session_id = interrupted.session_id
        and events.timestamp <= interrupted.as_of

where {{ is_behaviour() }}
