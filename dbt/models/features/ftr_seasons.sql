{#-
One row per customer and moment with a visit in the last 90 days: the share of these visits that falls into the
busiest 3 weeks of them.
-#}
{{ config(materialized='table') }}

with

sessions as (

    select
        sessions.customer_id,
        moments.as_of,
        count(*) over (
            partition by sessions.customer_id, moments.as_of
            order by sessions.started_at
            range between interval '{{ 7 * var("season_weeks") }} days' preceding and current row
        ) as sessions_in_season

    from {{ ref('fct_sessions') }} as sessions

    inner join {{ ref('int_moments_evaluated') }} as moments
        on
            sessions.started_at <= moments.as_of
            and sessions.started_at >= cast(moments.as_of as date) - interval '90 days'

    where not sessions.is_bot

)

select
    customer_id,
    as_of,
    max(sessions_in_season) / cast(count(*) as double) as busiest_weeks_share

from sessions

group by customer_id, as_of
