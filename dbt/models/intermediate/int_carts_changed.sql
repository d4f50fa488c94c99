{#- One row per event that touches a cart: what it adds to or takes from it. Robots are left out. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='visitor_tail',
    meta={'starts': 'changed_at', 'ends': 'changed_at'}
) }}

with

events as (

    select
        message_id,
        visitor_id,
        timestamp,
        event,
        product_id,
        price,
        known_at,
        -- an event without a quantity, or with an impossible one, is about one piece
        coalesce(try_cast(case when quantity > 0 then quantity end as decimal(18, 3)), 1) as pieces

    from {{ ref('int_events_sessionized') }}

    where
        {{ is_behaviour() }}
        and (
            (event in ('Product Added', 'Product Removed') and product_id is not null)
            or event in ('Cart Viewed', 'Checkout Started')
        )
        {% if is_incremental() %} and known_at > {{ watermark('known_at') }} {% endif %}

)

select
    message_id,
    visitor_id,
    timestamp as changed_at,
    event,
    product_id,
    case event
        when 'Product Added' then pieces
        when 'Product Removed' then -pieces
        else 0
    end as quantity_change,
    case when event = 'Product Added' then price end as price,
    known_at

from events
