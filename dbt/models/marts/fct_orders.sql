{#- One row per order of one source. -#}

with

segment_orders as (

    select * from {{ ref('int_orders_corrected') }}

),

order_events as (

    -- the event's own session, or the one that a server's order belongs to
    select
        events.file_number,
        events.line,
        coalesce(events.session_id, attributed.session_id) as session_id
    from {{ ref('int_events_sessionized') }} as events
    left join {{ ref('int_order_events_attributed') }} as attributed
        on events.file_number = attributed.file_number and events.line = attributed.line
    where events.event = 'Order Completed'

),

orders as (

    select
        segment_orders.order_id,
        segment_orders.source,
        segment_orders.customer_id,
        segment_orders.visitor_id,
        order_events.session_id,
        segment_orders.ordered_at,
        segment_orders.revenue,
        segment_orders.item_count,
        segment_orders.discount,
        segment_orders.coupon,
        segment_orders.currency,
        segment_orders.file_number,
        segment_orders.line
    from segment_orders
    left join order_events
        on segment_orders.file_number = order_events.file_number and segment_orders.line = order_events.line

    union all

    select
        invoice as order_id,
        source,
        customer_id,
        visitor_id,
        null as session_id,
        invoice_at as ordered_at,
        revenue,
        item_count,
        null as discount,
        null as coupon,
        null as currency,
        file_number,
        line
    from {{ ref('int_invoices_summed') }}
    where is_order

),

refunds as (

    select
        source,
        order_id,
        sum(amount) as refunded
    from {{ ref('fct_refunds') }}
    where order_id is not null
    group by source, order_id

)

select
    orders.order_id,
    orders.source,
    orders.customer_id,
    orders.visitor_id,
    orders.session_id,
    orders.ordered_at,
    cast(orders.revenue as decimal(18, 4)) as revenue,
    cast(coalesce(refunds.refunded, 0) as decimal(18, 4)) as refunded,
    orders.item_count,
    orders.discount,
    orders.coupon,
    orders.currency,
    orders.file_number,
    orders.line
from orders
left join refunds on orders.source = refunds.source and orders.order_id = refunds.order_id
