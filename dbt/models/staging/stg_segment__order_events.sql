{#- One row per event about an order: completed, updated, cancelled or refunded. -#}
{{ config(materialized='incremental', incremental_strategy='append') }}

with

events as (

    select * from {{ ref('stg_segment__events') }}
    {% if is_incremental() %}
    where loaded_at > {{ watermark('loaded_at') }}
    {% endif %}

)

select
    message_id,
    source,
    namespace,
    file_number,
    line,
    event,
    user_id,
    anonymous_id,
    timestamp,
    -- an order without a number is still one order
    coalesce(order_id, case when event = 'Order Completed' then message_id end) as order_id,
    revenue,
    value,
    discount,
    coupon,
    currency,
    products,
    loaded_at
from events
where event in ('Order Completed', 'Order Updated', 'Order Cancelled', 'Order Refunded')
    and (order_id is not null or event in ('Order Completed', 'Order Refunded'))
