{#- One row per decision of a visitor about a purpose, and per repeated signal and UTC day. A withdrawal counts for the
    device and for the user of the event; a grant only for who gave it: the user of a `Consent Granted`,
    the device whose stored preferences ride on its events. -#}
{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='consent_id', on_schema_change='fail'
) }}
{%- set grain = [
    'visitor_id', 'beside_visitor_id', 'purpose', 'is_granted', 'origin', 'method', 'text_version', 'recorded_by',
    'answered_date', 'evidence'
] %}

with

events as (

    select
        namespace,
        anonymous_id,
        user_id,
        case when type = 'track' and event in ('Consent Granted', 'Consent Withdrawn') then event end as decision,
        case when event in ('Consent Granted', 'Consent Withdrawn') then message_id end as evidence,
        consent_purpose,
        consent,
        consent_method as method,
        consent_text_version as text_version,
        has_gpc,
        cast(timestamp as date) as answered_date,
        min(timestamp) as first_answered_at,
        max(timestamp) as last_answered_at,
        count(*) as events,
        min({{ arrival() }}) as arrival,
        max(loaded_at) as loaded_at

    from {{ ref('stg_segment__events') }}

    where
        (consent is not null or has_gpc or event in ('Consent Granted', 'Consent Withdrawn'))
        {% if is_incremental() %}
            and loaded_at > {{ watermark('loaded_at') }}
        {% endif %}

    group by all

),
answers as (

    select *, consent_purpose as purpose, decision = 'Consent Granted' as is_granted, 'event' as origin
    from events
    where decision is not null and consent_purpose is not null

    union all

    select
        *,
        unnest({{ consent_purposes('consent') }}) as purpose,
        {{ consent_answer('consent', 'purpose') }} as is_granted,
        'preferences' as origin
    from events
    where consent is not null

    union all

    select *, 'ads' as purpose, false as is_granted, 'gpc' as origin
    from events
    where has_gpc

),

visitors as (

    select * from {{ source('intermediate', 'int_identifiers_resolved') }} where visitor_id is not null

),

answered as (

    -- who answered on a device while logged in is both, so each answer of the one speaks of the other too
    select
        answers.*,
        devices.visitor_id as device,
        users.visitor_id as person
    from answers
    left join visitors as devices
        on answers.namespace = devices.namespace and answers.anonymous_id = devices.identifier
        and devices.identifier_type = 'anonymous_id'
    left join visitors as users
        on answers.namespace = users.namespace and answers.user_id = users.identifier
        and users.identifier_type = 'user_id'
    where answers.is_granted is not null

),

by_visitor as (

    {% for visitor, other in [('device', 'person'), ('person', 'device')] %}
    select
        {{ visitor }} as visitor_id,
        case when not is_granted or origin = 'event' then {{ other }} end as beside_visitor_id,
        purpose, is_granted, origin, method, text_version,
        cast(null as varchar) as recorded_by,
        answered_date, first_answered_at, last_answered_at, events, evidence, arrival, loaded_at
    from answered
    where
        {{ visitor }} is not null
        and (not is_granted or {{ other }} is null or origin {{ '!=' if visitor == 'device' else '=' }} 'event')

    union all
    {% endfor %}
    {{ consents_set_by_us() }}

),

named as (

    select
        {{ dbt.hash("concat_ws('|', coalesce(cast(" ~ grain | join(" as varchar), ''), coalesce(cast(") ~ " as varchar), ''))") }}
            as consent_id,
        *
    from by_visitor

),

known as (

    select * from named

    {% if is_incremental() %}
        union all by name

        select * exclude (file_number, line), {{ arrival() }} as arrival
        from {{ this }}
        where consent_id in (select consent_id from named)
    {% endif %}

)

select
    consent_id,
    {{ grain | reject('equalto', 'evidence') | join(', ') }},
    min(first_answered_at) as first_answered_at,
    max(last_answered_at) as last_answered_at,
    cast(sum(events) as bigint) as events,
    evidence,
    {{ arrival_file_number('min(arrival)') }} as file_number,
    {{ arrival_line('min(arrival)') }} as line,
    max(loaded_at) as loaded_at
from known
group by consent_id, {{ grain | join(', ') }}
