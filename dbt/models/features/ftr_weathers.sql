{#-
One row per customer and moment with a visit of the last 90 days on a day whose weather is known: how many of these
visits were on a wet day, and how many days are wet where they came from.
-#}
{{ config(materialized='table') }}

with

days as (

    select
        moments.as_of,
        weather.city,
        weather.weather_date,
        weather.is_wet,
        avg(cast(weather.is_wet as integer)) over (partition by moments.as_of, weather.city) as wet_day_share

    from {{ ref('stg_weather__days') }} as weather

    inner join {{ ref('int_moments_evaluated') }} as moments
        on
            weather.weather_date <= cast(moments.as_of as date)
            and weather.weather_date >= cast(moments.as_of as date) - interval '90 days'

),

visits as (

    select
        sessions.customer_id,
        days.as_of,
        days.is_wet,
        -- decimals add up exactly, in whatever order they are read
        cast(days.wet_day_share as decimal(28, 18)) as wet_day_share

    from {{ ref('fct_sessions') }} as sessions

    inner join days
        on
            sessions.started_at <= days.as_of
            and cast(sessions.started_at as date) = days.weather_date
            and lower(sessions.city) = days.city
            -- a session that goes on may yet tell another city
            and sessions.ended_at + {{ session_gap() }} <= days.as_of

    where not sessions.is_bot

)

select
    customer_id,
    as_of,
    count(*) as visits_with_weather,
    count(*) filter (where is_wet) / cast(count(*) as double) as wet_visit_share,
    cast(sum(wet_day_share) as double) / count(*) as wet_day_share

from visits

group by customer_id, as_of
