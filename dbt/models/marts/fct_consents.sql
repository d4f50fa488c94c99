{#- One row per answer of a visitor about a purpose, way of answering and UTC day. A withdrawal counts for the
    device and for the user of the event; a grant only for who gave it: the user of a `Consent Granted`,
    the device whose stored preferences ride on its events. -#}
{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='consent_id', on_schema_change='fail'
) }}

with

events as (

    select
        namespace,
        anonymous_id,
        user_id,
        case when type = 'track' and event in ('Consent Granted', 'Consent Withdrawn') then event end as decision,
        consent_purpose,
        consent,
        has_gpc,
        cast(timestamp as date) as answered_date,
        min(timestamp) as first_answered_at,
        max(timestamp) as last_answered_at,
        count(*) as events,
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

    select
        *,
        consent_purpose as purpose,
        decision = 'Consent Granted' as is_granted,
        'event' as origin
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

    select
        *,
        'ads' as purpose,
        false as is_granted,
        'gpc' as origin
    from events
    where has_gpc

),

answerers as (

    select
        *,
        'anonymous_id' as identifier_type,
        anonymous_id as identifier
    from answers
    where anonymous_id is not null and (not is_granted or origin != 'event' or user_id is null)

    union all

    select
        *,
        'user_id' as identifier_type,
        user_id as identifier
    from answers
    where user_id is not null and (not is_granted or origin = 'event' or anonymous_id is null)

),

by_visitor as (

    select
        {{ dbt.hash("concat_ws('|', visitor_id, purpose, is_granted, origin, answered_date)") }} as consent_id,
        visitors.visitor_id,
        answerers.purpose,
        answerers.is_granted,
        answerers.origin,
        answerers.answered_date,
        answerers.first_answered_at,
        answerers.last_answered_at,
        answerers.events,
        answerers.loaded_at

    from answerers

    inner join {{ source('intermediate', 'int_identifiers_resolved') }} as visitors
        on
            answerers.namespace = visitors.namespace
            and answerers.identifier_type = visitors.identifier_type
            and answerers.identifier = visitors.identifier

    where answerers.is_granted is not null

),

known as (

    select * from by_visitor

    {% if is_incremental() %}
        union all

        select * from {{ this }}
        where consent_id in (select consent_id from by_visitor)
    {% endif %}

)

select
    consent_id,
    visitor_id,
    purpose,
    is_granted,
    origin,
    answered_date,
    min(first_answered_at) as first_answered_at,
    max(last_answered_at) as last_answered_at,
    cast(sum(events) as bigint) as events,
    max(loaded_at) as loaded_at
from known
group by consent_id, visitor_id, purpose, is_granted, origin, answered_date
