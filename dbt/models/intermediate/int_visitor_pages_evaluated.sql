{#- One row per visitor, session, UTC day, page, category and moment: time spent and depth scrolled by as_of. -#}
{{ config(materialized='view') }}

with

moments as (

    select as_of from {{ ref('int_moments_evaluated') }}

),

interrupted as (

    select * from {{ ref('int_events_interrupted') }}

),

whole as (

    select
        moments.as_of,
        pages.*

    from {{ ref('int_visitor_pages_summed') }} as pages

    inner join moments on pages.first_at <= moments.as_of

    where
        not exists (
            select 1 from interrupted
            where interrupted.session_id = pages.session_id and interrupted.as_of = moments.as_of
        )

)

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
