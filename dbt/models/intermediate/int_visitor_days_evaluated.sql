{#- One row per visitor, session, UTC day and moment: what was done by as_of. -#}
{{ config(materialized='view') }}

with

{{ evaluated('int_visitor_days_summed') }}

select
    as_of,
    visitor_id,
    session_id,
    event_date,
    page_views,
    product_views,
    cart_adds,
    cart_removes,
    checkouts,
    searches,
    promotion_views,
    promotion_clicks,
    form_starts,
    form_submits,
    video_starts,
    video_completions,
    list_filters,
    first_at,
    last_at

from whole

union all

select
    as_of,
    visitor_id,
    session_id,
    event_date,
    {{ day_sums() }}

from interrupted

group by as_of, visitor_id, session_id, event_date
