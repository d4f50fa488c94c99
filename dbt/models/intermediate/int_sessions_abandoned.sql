{#-
One row per session that ended with products in the customer's cart, more than 30 minutes before as_of, and was
not followed by an order up to as_of.
-#}
{{ config(materialized='table') }}

with

moments as (

    select max(as_of) as as_of from {{ ref('int_moments_evaluated') }}

),

visitors as (

    select * from {{ source('intermediate', 'int_identifiers_resolved') }} where visitor_id is not null

),

last_orders as (

    select
        customer_id,
        max(ordered_at) as ordered_at
    from {{ ref('int_customer_orders_timed') }}
    group by customer_id

),

-- only the cart that no order emptied since
counted as (

    select
        counted.customer_id,
        counted.changed_at,
        lead(counted.changed_at, 1, cast('9999-12-31' as timestamp)) over (
            partition by counted.customer_id order by counted.changed_at
        ) as next_changed_at,
        counted.products
    from {{ ref('int_carts_counted') }} as counted
    left join last_orders on counted.customer_id = last_orders.customer_id
    where counted.emptied_at is not distinct from last_orders.ordered_at

)

select sessions.session_id
from {{ ref('int_sessions_summed') }} as sessions
inner join visitors on sessions.visitor_id = visitors.visitor_id
inner join moments
    on sessions.ended_at < moments.as_of - interval '{{ var("cart_abandoned_minutes") }} minutes'
inner join counted
    on
        visitors.customer_id = counted.customer_id
        and sessions.ended_at >= counted.changed_at
        and sessions.ended_at < counted.next_changed_at
where counted.products > 0
