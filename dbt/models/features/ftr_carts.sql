{#-
One row per customer and moment with an open cart: what was put into it less what was taken out, per product,
since the customer's last order of any source or device. An order on a device of several people empties its cart. A
cart that nobody touched for `cart_expiry_days` is open no more; who touches it again has all of it back.
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

),

categories as (

    select
        products.customer_id,
        products.as_of,
        described.category,
        sum(products.quantity) as quantity

    from products

    inner join {{ ref('ftr_products') }} as described
        on products.as_of = described.as_of and products.product_id = described.product_id

    where described.category is not null and products.quantity > 0

    group by products.customer_id, products.as_of, described.category

),

fullest as (

    select
        customer_id,
        as_of,
        category,
        -- of equally many pieces the first category by name
        row_number() over (partition by customer_id, as_of order by quantity desc, category asc) as place

    from categories

)

select
    products.customer_id,
    products.as_of,
    cast(sum(products.quantity) as double) as open_cart_items,
    cast(coalesce(sum(products.quantity * products.price), 0) as double) as open_cart_value,
    max(fullest.category) as open_cart_category,
    {{ microseconds('max(products.changed_at)', 'products.as_of') }} / 60e6 as open_cart_idle_minutes

from products

left join fullest
    on products.customer_id = fullest.customer_id and products.as_of = fullest.as_of and fullest.place = 1

group by products.customer_id, products.as_of

having
    sum(products.quantity) > 0
    and max(products.changed_at) >= products.as_of - interval '{{ var("cart_expiry_days") }} days'
