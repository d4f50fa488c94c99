{#- One row per load, source, event and property that the tracking plan does not keep: how often it was dropped. Keys of
    contexts and of the traits of identify calls stand beside them, as those of (context) and (traits). -#}
{{ config(materialized='incremental', incremental_strategy='append') }}

with

given as (

    {% for given, event, is_asked in [
        ('properties', "case when type = 'track' then event else type end", 'true'),
        ('context', "'(context)'", 'true'),
        ('traits', "'(traits)'", "type = 'identify'"),
    ] %}
    select
        loaded_at,
        source,
        {{ event }} as event,
        json_keys({{ given }}) as property_names,
        count(*) as events
    from {{ source('raw', 'events') }}
    where
        {{ given }} is not null
        and {{ is_asked }}
        {% if is_incremental() %} and loaded_at > {{ watermark('loaded_at') }} {% endif %}
    group by all
    {{ 'union all' if not loop.last }}
    {% endfor %}
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
