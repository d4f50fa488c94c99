{#-
One row per cart and moment at which it changed: how much is in it from then on. A cart is what a customer adds
and removes between two orders, on whatever device.
-#}
{{ config(materialized='table') }}

with

moments as (

    select max(as_of) as as_of from {{ ref('int_moments_evaluated') }}

),

visitors as (

    select * from {{ source('intermediate', 'int_identifiers_resolved') }} where visitor_id is not null

),

orders as (

    select * from {{ ref('int_customer_orders_timed') }}

),

changes as (

    select
        visitors.customer_id,
        events.product_id,
        events.timestamp as changed_at,
        sum(coalesce(events.quantity, 1) * case when events.event = 'Product Added' then 1 else -1 end) as quantity
    from {{ ref('int_events_sessionized') }} as events
    inner join visitors on events.visitor_id = visitors.visitor_id
    cross join moments
    where events.event in ('Product Added', 'Product Removed')
        and events.product_id is not null
        and events.timestamp <= moments.as_of
    group by visitors.customer_id, events.product_id, events.timestamp

),

-- the order before: a cart is known by its customer and the moment of the order that emptied the one before
of_carts as (

    select
        changes.*,
        orders.ordered_at as emptied_at
    from changes
    left join orders
        on
            changes.customer_id = orders.customer_id
            and changes.changed_at > orders.ordered_at
            and changes.changed_at <= orders.next_ordered_at

),

netted as (

    select
        *,
        sum(quantity) over by_product as held,
        sum(quantity) over by_product - quantity as held_before
    from of_carts
    window by_product as (
        partition by customer_id, emptied_at, product_id order by changed_at
        rows between unbounded preceding and current row
    )

),

summed as (

    select
        customer_id,
        emptied_at,
        changed_at,
        sum(cast(held > 0 as integer) - cast(held_before > 0 as integer)) as product_change,
        sum(greatest(held, 0) - greatest(held_before, 0)) as item_change
    from netted
    group by customer_id, emptied_at, changed_at

)

select
    customer_id,
    emptied_at,
    changed_at,
    sum(product_change) over by_cart as products,
    round(sum(item_change) over by_cart, 4) as items
from summed
window by_cart as (
    partition by customer_id, emptied_at order by changed_at
    rows between unbounded preceding and current row
)
