{#- One row per cart with its state: bought, emptied, open, or abandoned once nothing happened for 30 minutes. -#}
{{ config(materialized='table') }}

with

moments as (

    select max(as_of) as as_of from {{ ref('int_moments_evaluated') }}

),

orders as (

    select * from {{ ref('int_customer_orders_timed') }}

),

counted as (

    select * from {{ ref('int_carts_counted') }}

),

carts as (

    select
        customer_id,
        emptied_at,
        min(changed_at) as opened_at,
        max(changed_at) as changed_at,
        arg_max(products, changed_at) as products,
        arg_max(items, changed_at) as items
    from counted
    group by customer_id, emptied_at

),

closed as (

    select
        carts.*,
        orders.ordered_at as bought_at
    from carts
    left join orders
        on
            carts.customer_id = orders.customer_id
            and carts.emptied_at is not distinct from orders.previous_ordered_at

)

select
    closed.customer_id,
    closed.opened_at,
    closed.changed_at,
    closed.bought_at,
    closed.products,
    closed.items,
    case
        when closed.bought_at is not null then 'bought'
        when closed.products = 0 then 'emptied'
        when closed.changed_at < moments.as_of - interval '{{ var("cart_abandoned_minutes") }} minutes' then 'abandoned'
        else 'open'
    end as state
from closed
cross join moments
