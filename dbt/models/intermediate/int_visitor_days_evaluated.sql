{#- One row per visitor, session, UTC day and moment: what was done by as_of. -#}
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
        days.*

    from {{ ref('int_visitor_days_summed') }} as days

    inner join moments on days.first_at <= moments.as_of

    where
        not exists (
            select 1 from interrupted
            where interrupted.session_id = days.session_id and interrupted.as_of = moments.as_of
        )

)

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
