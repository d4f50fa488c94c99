{#- One row per visitor, session and UTC day: how often each kind of behaviour happened. Robots are left out. -#}
{{ config(materialized='incremental', incremental_strategy='visitor_tail') }}

with

events as (

    select
        visitor_id,
        session_id,
        cast(timestamp as date) as event_date,
        type,
        event,
        timestamp,
        known_at

    from {{ ref('int_events_sessionized') }}

    where
        {{ is_behaviour() }}
        {% if is_incremental() %} and known_at > {{ watermark('known_at') }} {% endif %}

)

select
    visitor_id,
    session_id,
    event_date,
    {{ day_sums() }},
    max(known_at) as known_at

from events

group by visitor_id, session_id, event_date
