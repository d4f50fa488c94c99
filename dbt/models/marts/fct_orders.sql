{#- One row per order of one source. -#}

with

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
    order_events.session_id,
    orders.ordered_at,
    orders.revenue,
    cast(coalesce(refunds.refunded, 0) as decimal(18, 4)) as refunded,
    orders.item_count,
    orders.discount,
    orders.coupon,
    orders.currency,
    orders.file_number,
    orders.line
from {{ ref('int_orders_united') }} as orders
left join order_events on orders.file_number = order_events.file_number and orders.line = order_events.line
left join refunds on orders.source = refunds.source and orders.order_id = refunds.order_id
