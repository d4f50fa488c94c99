{#- One row per order of a Segment source: as first completed, corrected by its updates. -#}
{{ config(materialized='table') }}

with

order_events as (

    select * from {{ ref('stg_segment__order_events') }}

),

visitors as (

    select * from {{ source('intermediate', 'int_identifiers_resolved') }} where visitor_id is not null

),

order_lines as (

    select
        message_id,
        sum(quantity) as item_count,
        sum(cast(round(price * quantity, 4) as decimal(18, 4))) as revenue
    from {{ ref('stg_segment__order_lines') }}
    group by message_id

),

completed as (

    select *
    from order_events
    where event = 'Order Completed'
    qualify row_number() over (partition by source, order_id order by file_number, line) = 1

),

updates as (

    {%- set moments = ['order_events.timestamp', 'order_events.file_number', 'order_events.line'] %}
    select
        order_events.source,
        order_events.order_id,
        -- an update that gives other lines and no sum is summed up from its lines
        {{ latest('coalesce(order_events.revenue, order_lines.revenue)', moments) }} as revenue,
        {{ latest('order_events.discount', moments) }} as discount,
        {{ latest('order_events.coupon', moments) }} as coupon,
        {{ latest('order_events.currency', moments) }} as currency,
        {{ latest('order_lines.message_id', moments) }} as lines_message_id
    from order_events
    left join order_lines on order_events.message_id = order_lines.message_id
    where order_events.event = 'Order Updated'
    group by order_events.source, order_events.order_id

),

corrected as (

    select
        completed.*,
        updates.revenue as updated_revenue,
        updates.discount as updated_discount,
        updates.coupon as updated_coupon,
        updates.currency as updated_currency,
        coalesce(updates.lines_message_id, completed.message_id) as lines_message_id
    from completed
    left join updates on completed.source = updates.source and completed.order_id = updates.order_id

)

select
    corrected.order_id,
    corrected.source,
    corrected.file_number,
    corrected.line,
    corrected.lines_message_id,
    coalesce(devices.visitor_id, users.visitor_id) as visitor_id,
    -- on a device of several people the order is the user's; the device's cart is emptied too
    coalesce(users.customer_id, devices.customer_id) as customer_id,
    coalesce(devices.customer_id, users.customer_id) as cart_customer_id,
    corrected.timestamp as ordered_at,
    coalesce(corrected.updated_revenue, corrected.revenue, order_lines.revenue, 0) as revenue,
    coalesce(order_lines.item_count, 0) as item_count,
    coalesce(corrected.updated_discount, corrected.discount) as discount,
    coalesce(corrected.updated_coupon, corrected.coupon) as coupon,
    coalesce(corrected.updated_currency, corrected.currency) as currency
from corrected
left join order_lines on corrected.lines_message_id = order_lines.message_id
left join visitors as users
    on
        corrected.namespace = users.namespace
        and users.identifier_type = 'user_id'
        and corrected.user_id = users.identifier
left join visitors as devices
    on
        corrected.namespace = devices.namespace
        and devices.identifier_type = 'anonymous_id'
        and corrected.anonymous_id = devices.identifier
