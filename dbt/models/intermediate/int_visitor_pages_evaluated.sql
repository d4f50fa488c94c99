{#- One row per visitor, session, UTC day, page, category and moment: time spent and depth scrolled by as_of. -#}
{{ config(materialized='view') }}

with

{{ evaluated('int_visitor_pages_summed') }}

select
    as_of,
    visitor_id,
    session_id,
    event_date,
    page_path,
    category,
    engagements,
    timed_engagements,
    scrolled_engagements,
    dwell_seconds,
    scroll_depth_total,
    first_at,
    last_at

from whole

union all

select
    as_of,
    visitor_id,
    session_id,
    event_date,
    page_path,
    category,
    {{ page_sums() }}

from interrupted

where event = 'Page Engaged'

group by as_of, visitor_id, session_id, event_date, page_path, category
