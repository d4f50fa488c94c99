{#-
One row per refund and moment up to which it was given. Of an order that was another at the moment than it is now one
row for all of its refunds: at most what it cost then.
-#}
{{ config(materialized='view') }}

with

revised as (

    select * from {{ ref('int_orders_revised') }}

),

order_lines as (

    select * from {{ ref('stg_segment__order_lines') }}

),

people as (

    select * from {{ source('intermediate', 'int_identifiers_resolved') }} where visitor_id is not null

),

prices as (

    select
        revised.as_of,
        revised.source,
        revised.order_id,
        order_lines.product_id,
        max(order_lines.price) as price

    from revised

    inner join order_lines on revised.lines_message_id = order_lines.message_id

    group by revised.as_of, revised.source, revised.order_id, order_lines.product_id

),

refund_events as (

    select
        revised.as_of,
        revised.revenue as ordered,
        order_events.message_id,
        order_events.source,
        order_events.order_id,
        -- of the order's customer, or of whoever the refund names while nobody knows the order
        case
            when revised.revenue is not null then orders.customer_id
            else coalesce(by_user.customer_id, by_device.customer_id)
        end as customer_id,
        -- a cancellation gives back all that is left, whatever it states
        order_events.event = 'Order Refunded' as is_refund,
        case when order_events.event = 'Order Refunded' then coalesce(order_events.revenue, order_events.value) end as stated

    from revised

    inner join {{ ref('int_orders_united') }} as orders
        on revised.source = orders.source and revised.order_id = orders.order_id

    inner join {{ ref('stg_segment__order_events') }} as order_events
        on
            revised.source = order_events.source
            and revised.order_id = order_events.order_id
            and revised.as_of >= order_events.timestamp
    {% for person, type in [('by_user', 'user_id'), ('by_device', 'anonymous_id')] %}
    left join people as {{ person }}
        on
            order_events.namespace = {{ person }}.namespace
            and order_events.{{ type }} = {{ person }}.identifier
            and {{ person }}.identifier_type = '{{ type }}'
    {% endfor %}

    where order_events.event in ('Order Refunded', 'Order Cancelled')

),

returned as (

    select
        refund_events.as_of,
        refund_events.message_id,
        sum(cast(round(coalesce(order_lines.price, prices.price) * order_lines.quantity, 4) as decimal(18, 4))) as amount

    from refund_events

    inner join order_lines on refund_events.message_id = order_lines.message_id

    left join prices
        on
            refund_events.as_of = prices.as_of
            and refund_events.source = prices.source
            and refund_events.order_id = prices.order_id
            and order_lines.product_id = prices.product_id

    where refund_events.is_refund

    group by refund_events.as_of, refund_events.message_id

)

select
    refunds.customer_id,
    moments.as_of,
    refunds.source,
    refunds.order_id,
    refunds.amount

from {{ ref('int_refunds_united') }} as refunds

inner join {{ ref('int_moments_evaluated') }} as moments on refunds.refunded_at <= moments.as_of

where
    not exists (
        select 1 from revised
        where
            revised.source = refunds.source
            and revised.order_id = refunds.order_id
            and revised.as_of = moments.as_of
    )

union all

select
    refund_events.customer_id,
    refund_events.as_of,
    refund_events.source,
    refund_events.order_id,
    least(
        sum(greatest(coalesce(refund_events.stated, returned.amount, refund_events.ordered, 0), 0)),
        -- least() passes over a null: what is not known caps nothing
        max(greatest(refund_events.ordered, 0)) filter (where refund_events.ordered is not null)
    ) as amount

from refund_events

left join returned
    on refund_events.as_of = returned.as_of and refund_events.message_id = returned.message_id

group by refund_events.customer_id, refund_events.as_of, refund_events.source, refund_events.order_id
