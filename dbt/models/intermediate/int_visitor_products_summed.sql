{#- One row per visitor, session, UTC day and product: views and cart adds. Robots are left out. -#}
{{ config(materialized='incremental', incremental_strategy='visitor_tail') }}

with

events as (

    select
        visitor_id,
        session_id,
        cast(timestamp as date) as event_date,
        event,
        product_id,
        category,
        brand,
        price,
        list_price,
        margin_share,
        timestamp,
        known_at

    from {{ ref('int_events_sessionized') }}

    where
        {{ is_behaviour() }}
        and event in ('Product Viewed', 'Product Added')
        and product_id is not null
        {% if is_incremental() %} and known_at > {{ watermark('known_at') }} {% endif %}

)

select
    visitor_id,
    session_id,
    event_date,
    product_id,
    {{ product_sums() }},
    max(known_at) as known_at

from events

group by visitor_id, session_id, event_date, product_id
