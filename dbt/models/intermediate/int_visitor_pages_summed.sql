{#- One row per visitor, session, UTC day, page and category: time spent and depth scrolled. Robots are left out. -#}
{{ config(materialized='incremental', incremental_strategy='visitor_tail') }}

with

events as (

    select
        visitor_id,
        session_id,
        cast(timestamp as date) as event_date,
        page_path,
        category,
        dwell_seconds,
        scroll_depth_share,
        timestamp,
        known_at

    from {{ ref('int_events_sessionized') }}

    where
        {{ is_behaviour() }}
        and event = 'Page Engaged'
        {% if is_incremental() %} and known_at > {{ watermark('known_at') }} {% endif %}

)

select
    visitor_id,
    session_id,
    event_date,
    page_path,
    category,
    {{ page_sums() }},
    max(known_at) as known_at

from events

group by visitor_id, session_id, event_date, page_path, category
