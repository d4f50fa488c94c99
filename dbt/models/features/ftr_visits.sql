{#-
One row per customer and moment with a visit by then: how many, how long, when, from where and with what.
Device, place and path are those of the last session that was over at as_of, the campaign that of the first session:
the gap had passed by then, so nothing later can change it.
-#}
{{ config(materialized='table') }}

with

sessions as (

    select
        sessions.*,
        moments.as_of,
        sessions.ended_at + {{ session_gap() }} <= moments.as_of as is_over,
        least(sessions.ended_at, moments.as_of) as last_visit_at,
        extract(hour from sessions.started_at) as started_hour,
        {{ is_on_weekday('sessions.started_at') }} as is_on_weekday,
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
        -- of equally frequent hours the earliest
        arg_max(started_hour, sessions * 24 - started_hour) as favourite_hour

    from hours

    group by customer_id, as_of

),

visits as (

    select
        customer_id,
        as_of,
        max(last_visit_at) as last_visit_at,
        max(started_at) filter (where is_over) as last_started_at,
        min(started_at) as first_started_at,
        {{ windowed('count(*)', 'sessions') }},
        count(*) filter (
            where age_days <= 90 and started_hour in ({{ var('evening_hours') | join(', ') }})
        ) as evening_sessions_90_days,
        count(*) filter (
            where age_days <= 30 and is_on_weekday and started_hour in ({{ var('commuting_hours') | join(', ') }})
        ) as commuting_sessions_30_days,
        {{ minutes_of_sessions('age_days <= 90') }} as session_minutes,
        {{ minutes_of_sessions('age_days <= 30') }}
        - {{ minutes_of_sessions('age_days > 30 and age_days <= 90') }} as session_minutes_trend

    from sessions

    group by customer_id, as_of

),

outer_sessions as (

    select
        sessions.customer_id,
        sessions.as_of,
        {% for described in ['device_type', 'country', 'city', 'locale', 'referrer', 'exit_path'] -%}
        max(sessions.{{ described }}) filter (where sessions.started_at = visits.last_started_at) as {{ described }},
        {% endfor -%}
        max(sessions.campaign_name) filter (where sessions.started_at = visits.first_started_at) as campaign_name

    from sessions

    inner join visits
        on
            sessions.customer_id = visits.customer_id
            and sessions.as_of = visits.as_of
            and sessions.started_at in (visits.first_started_at, visits.last_started_at)

    where sessions.is_over

    group by sessions.customer_id, sessions.as_of

)

select
    visits.customer_id,
    visits.as_of,
    {{ whole_days('visits.last_visit_at', 'visits.as_of') }} as days_since_last_visit,
    {% for days in var('feature_windows_days') -%}
    visits.sessions_{{ days }}_days,
    {% endfor -%}
    visits.evening_sessions_90_days / nullif(cast(visits.sessions_90_days as double), 0) as evening_share,
    visits.commuting_sessions_30_days,
    visits.session_minutes,
    visits.session_minutes_trend,
    favourite_hours.favourite_hour,
    outer_sessions.device_type,
    outer_sessions.country,
    outer_sessions.city,
    outer_sessions.locale,
    outer_sessions.referrer,
    outer_sessions.exit_path as last_click_path,
    outer_sessions.campaign_name as first_campaign

from visits

-- each visit has an hour: left, because who reads no hour need not count them
left join favourite_hours
    on visits.customer_id = favourite_hours.customer_id and visits.as_of = favourite_hours.as_of

left join outer_sessions
    on visits.customer_id = outer_sessions.customer_id and visits.as_of = outer_sessions.as_of
