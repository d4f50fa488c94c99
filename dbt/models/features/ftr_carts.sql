{#-
One row per customer and moment with an open cart: what was put into it less what was taken out, per product,
since the customer's last order of any source or device. An order on a device of several people empties its cart.
-#}
{{ config(materialized='table') }}

with

moments as (

    select as_of from {{ ref('int_moments_evaluated') }}

),

last_orders as (

    select
        orders.customer_id,
        moments.as_of,
        max(orders.ordered_at) as ordered_at

    from {{ ref('int_customer_orders_timed') }} as orders

    inner join moments on orders.ordered_at <= moments.as_of

    group by orders.customer_id, moments.as_of

),

changes as (

    select
        visitors.customer_id,
        moments.as_of,
        carts.*

    from {{ ref('int_carts_changed') }} as carts

    inner join moments on carts.changed_at <= moments.as_of

    inner join {{ ref('dim_visitors') }} as visitors on carts.visitor_id = visitors.visitor_id

    left join last_orders
        on visitors.customer_id = last_orders.customer_id and moments.as_of = last_orders.as_of

    where last_orders.ordered_at is null or carts.changed_at > last_orders.ordered_at

),

products as (

    select
        customer_id,
        as_of,
        product_id,
        greatest(sum(quantity_change), 0) as quantity,
        {{ latest('price', ['changed_at', 'message_id']) }} as price,
        max(changed_at) as changed_at

    from changes

    group by customer_id, as_of, product_id

)

select
    customer_id,
    as_of,
    cast(sum(quantity) as double) as open_cart_items,
    cast(coalesce(sum(quantity * price), 0) as double) as open_cart_value,
    {{ microseconds('max(changed_at)', 'as_of') }} / 60e6 as open_cart_idle_minutes

from products

group by customer_id, as_of

having sum(quantity) > 0
