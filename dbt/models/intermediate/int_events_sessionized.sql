{#- One row per event with its visitor and session. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['file_number', 'line'],
) }}

{%- set resolved = source('intermediate', 'int_identifiers_resolved') %}
{%- set columns = [
    'message_id', 'source', 'file_number', 'line', 'type', 'event', 'timestamp', 'received_at', 'is_bot', 'page_path',
    'referrer', 'country', 'city', 'device_type', 'locale', 'timezone', 'campaign_source', 'campaign_medium', 'campaign_name',
    'product_id', 'category', 'brand', 'price', 'list_price', 'margin_share', 'quantity', 'order_id', 'value', 'search_query',
    'promotion_id', 'form_id', 'dwell_seconds', 'scroll_depth_share',
] %}

with

-- Events are taken up to the batch whose identifiers are resolved; they and all they move bear its time.
known as (

    select max(events_loaded_at) as known_at from {{ resolved }}

),

arrived as {{ not_materialized() if not is_incremental() }} (

    select
        {% for column in columns %}
        events.{{ column }},
        {%- endfor %}
        visitors.visitor_id,
        {{ is_order_of_server('events.event', 'events.anonymous_id') }} as is_order_of_server
    from {{ ref('stg_segment__events') }} as events
    inner join {{ resolved }} as visitors
        on
            events.namespace = visitors.namespace
            and case when events.anonymous_id is null then 'user_id' else 'anonymous_id' end = visitors.identifier_type
            and coalesce(events.anonymous_id, events.user_id) = visitors.identifier
    cross join known
    where
        events.loaded_at <= known.known_at
        {% if is_incremental() %} and events.loaded_at > {{ watermark('known_at') }} {% endif %}

),

{% if is_incremental() %}
cuts as (

    {{ session_cuts('arrived', this) }}

),

{% endif %}
events as {{ not_materialized() if not is_incremental() }} (

    select * from arrived
    {% if is_incremental() %}
    union all
    select
        {% for column in columns %}
        held.{{ column }},
        {%- endfor %}
        held.visitor_id,
        held.is_order_of_server
    from {{ this }} as held
    inner join cuts on held.visitor_id = cuts.visitor_id and held.timestamp >= cuts.cut_at
    {% endif %}

),

followed as (

    select
        visitor_id,
        source,
        timestamp,
        lag(timestamp) over (partition by visitor_id, source order by timestamp) as previous_at
    from events
    where not is_order_of_server

),

-- A stretch is a session's part of one day: an event finds its session among a few, however long its visitor's past.
stretches as (

    select
        visitor_id,
        source,
        cast(timestamp as date) as event_date,
        timestamp as from_at,
        coalesce(lead(timestamp) over by_visitor, cast('9999-12-31' as timestamp)) as until_at,
        max(
            case when previous_at is null or timestamp > previous_at + {{ session_gap() }} then timestamp end
        ) over by_visitor as session_started_at
    from followed
    where
        previous_at is null
        or timestamp > previous_at + {{ session_gap() }}
        or cast(timestamp as date) != cast(previous_at as date)
    window by_visitor as (partition by visitor_id, source order by timestamp)

),

sessions as (

    select
        *,
        {{ session_id('visitor_id', 'source', 'session_started_at') }} as session_id
    from stretches

)

select
    {% for column in columns %}
    events.{{ column }},
    {%- endfor %}
    events.visitor_id,
    events.is_order_of_server,
    sessions.session_id,
    sessions.session_started_at,
    known.known_at
from events
cross join known
left join sessions
    on
        case when not events.is_order_of_server then events.visitor_id end = sessions.visitor_id
        and events.source = sessions.source
        and cast(events.timestamp as date) = sessions.event_date
        and events.timestamp >= sessions.from_at
        and events.timestamp < sessions.until_at
