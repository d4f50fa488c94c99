{#-
One row per customer and moment with a visit by then: how many, how long, when, from where and with what.
A session is known whole once its gap has passed; one that may go on at as_of counts, but does not describe.
-#}
{{ config(materialized='table') }}

with

sessions as (

    select
        sessions.*,
        moments.as_of,
        sessions.ended_at + interval '{{ var("session_gap_minutes") }} minutes' <= moments.as_of as is_over,
        least(sessions.ended_at, moments.as_of) as last_visit_at,
        extract(hour from sessions.started_at) as started_hour,
        {{ microseconds('sessions.started_at', 'sessions.ended_at') }} as duration,
        {{ calendar_days('cast(sessions.started_at as date)', 'cast(moments.as_of as date)') }} as age_days

    from {{ ref('fct_sessions') }} as sessions

    inner join {{ ref('int_moments_evaluated') }} as moments on sessions.started_at <= moments.as_of

    where not sessions.is_bot

),

hours as (

    select
        customer_id,
        as_of,
        started_hour,
        count(*) as sessions

    from sessions

    group by customer_id, as_of, started_hour

),

favourite_hours as (

    select
        customer_id,
        as_of,
        arg_max(started_hour, sessions * 24 - started_hour) as favourite_hour

    from hours

    group by customer_id, as_of

),

visits as (

    select
        customer_id,
        as_of,
        max(last_visit_at) as last_visit_at,
        {{ windowed('count(*)', 'sessions') }},
        sum(duration) filter (where is_over and age_days <= 90) / 60e6
        / nullif(count(*) filter (where is_over and age_days <= 90), 0) as session_minutes,
        sum(duration) filter (where is_over and age_days <= 30) / 60e6
        / nullif(count(*) filter (where is_over and age_days <= 30), 0) as recent_session_minutes,
        sum(duration) filter (where is_over and age_days > 30 and age_days <= 90) / 60e6
        / nullif(count(*) filter (where is_over and age_days > 30 and age_days <= 90), 0) as earlier_session_minutes,
        {% for described in ['device_type', 'country', 'city', 'locale', 'referrer', 'exit_path'] -%}
        {{ newest('case when is_over then ' ~ described ~ ' end', 'started_at', 'session_id') }} as {{ described }}
        {{- ',' if not loop.last }}
        {% endfor %}

    from sessions

    group by customer_id, as_of

)

select
    visits.customer_id,
    visits.as_of,
    {{ whole_days('visits.last_visit_at', 'visits.as_of') }} as days_since_last_visit,
    {% for days in var('feature_windows_days') -%}
    visits.sessions_{{ days }}_days,
    {% endfor -%}
    visits.session_minutes,
    visits.recent_session_minutes - visits.earlier_session_minutes as session_minutes_trend,
    favourite_hours.favourite_hour,
    visits.device_type,
    visits.country,
    visits.city,
    visits.locale,
    visits.referrer,
    visits.exit_path as last_click_path

from visits

inner join favourite_hours
    on visits.customer_id = favourite_hours.customer_id and visits.as_of = favourite_hours.as_of
