{#-
One row per refund or cancellation of a Segment source. What it gives back: the sum it names, else that of the
products it names, else all that is left of the order; and never more than is left.
-#}
{{ config(materialized='table') }}

with

order_events as (

    select * from {{ ref('stg_segment__order_events') }}
    where event in ('Order Refunded', 'Order Cancelled')

),

order_lines as (

    select * from {{ ref('stg_segment__order_lines') }}

),

orders as (

    select * from {{ ref('int_orders_corrected') }}

),

users as (

    select * from {{ source('intermediate', 'int_identifiers_resolved') }} where visitor_id is not null

),

sold as (

    select
        orders.source,
        orders.order_id,
        order_lines.product_id,
        max(order_lines.price) as price
    from orders
    inner join order_lines on orders.lines_message_id = order_lines.message_id
    group by orders.source, orders.order_id, order_lines.product_id

),

returned as (

    select
        order_events.message_id,
        sum(cast(round(coalesce(order_lines.price, sold.price) * order_lines.quantity, 4) as decimal(18, 4))) as amount
    from order_events
    inner join order_lines on order_events.message_id = order_lines.message_id
    left join sold
        on
            order_events.source = sold.source
            and order_events.order_id = sold.order_id
            and order_lines.product_id = sold.product_id
    group by order_events.message_id

),

stated as (

    select
        order_events.*,
        orders.revenue as ordered,
        coalesce(orders.customer_id, by_user.customer_id, by_device.customer_id) as customer_id,
        case
            when order_events.event = 'Order Refunded'
                then coalesce(order_events.revenue, order_events.value, returned.amount)
        end as amount
    from order_events
    left join orders on order_events.source = orders.source and order_events.order_id = orders.order_id
    left join returned on order_events.message_id = returned.message_id
    left join users as by_user
        on
            order_events.namespace = by_user.namespace
            and by_user.identifier_type = 'user_id'
            and order_events.user_id = by_user.identifier
    left join users as by_device
        on
            order_events.namespace = by_device.namespace
            and by_device.identifier_type = 'anonymous_id'
            and order_events.anonymous_id = by_device.identifier

),

summed as (

    select
        *,
        sum(greatest(coalesce(amount, ordered, 0), 0)) over (
            partition by source, order_id
            order by timestamp, file_number, line
            rows between unbounded preceding and current row
        ) as stated_so_far
    from stated

),

capped as (

    select
        *,
        case when ordered is null then stated_so_far else least(stated_so_far, greatest(ordered, 0)) end as given_so_far
    from summed

)

select
    message_id,
    source,
    order_id,
    customer_id,
    timestamp as refunded_at,
    cast(
        given_so_far - coalesce(
            lag(given_so_far) over (partition by source, order_id order by timestamp, file_number, line), 0
        ) as decimal(18, 4)
    ) as amount
from capped
