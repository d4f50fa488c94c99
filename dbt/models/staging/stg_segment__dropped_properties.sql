{#- One row per load, source, event and property that the tracking plan does not keep: how often it was dropped. Keys of
    contexts and of the traits of identify calls stand beside them, as those of (context) and (traits). -#}
{{ config(materialized='incremental', incremental_strategy='append') }}

with

given as (

    select
        loaded_at,
        source,
        case when type = 'track' then event else type end as event,
        json_keys(properties) as property_names,
        count(*) as events
    from {{ source('raw', 'events') }}
    where
        properties is not null
        {% if is_incremental() %} and loaded_at > {{ watermark('loaded_at') }} {% endif %}
    group by all

    union all

    select
        loaded_at,
        source,
        '(context)' as event,
        json_keys(context) as property_names,
        count(*) as events
    from {{ source('raw', 'events') }}
    where
        context is not null
        {% if is_incremental() %} and loaded_at > {{ watermark('loaded_at') }} {% endif %}
    group by all

    union all

    select
        loaded_at,
        source,
        '(traits)' as event,
        json_keys(traits) as property_names,
        count(*) as events
    from {{ source('raw', 'events') }}
    where
        type = 'identify' and traits is not null
        {% if is_incremental() %} and loaded_at > {{ watermark('loaded_at') }} {% endif %}
    group by all

),

plan as (

    select
        event,
        list(property) as properties
    from {{ source('raw', 'tracking_plan') }}
    group by event

),

dropped as (

    select
        given.loaded_at,
        given.source,
        given.event,
        given.events,
        unnest(list_filter(
            given.property_names, lambda name: not list_contains(coalesce(plan.properties, others.properties), name)
        )) as property
    from given
    inner join plan as others on others.event = '*'
    left join plan on given.event = plan.event
    where plan.event is not null or given.event not in ('(context)', '(traits)')

)

select
    loaded_at,
    source,
    -- a name may be as personal as a value
    {{ without_names('event', 'true') }} as event,
    {{ without_names('property', 'true') }} as property,
    cast(sum(events) as bigint) as events
from dropped
group by all
