-- Grain: one customer and moment. Their features then, and what they did after it.
with

examples as (

    select * from ({features}) as found
    where md5_number_lower(found.customer_id) % 1000000 < $drawn_of_million

),

later_orders as (

    select
        moments.as_of,
        orders.customer_id,
        min(orders.ordered_at) as next_at
    from intermediate.int_moments_evaluated as moments
    inner join marts.fct_orders as orders
        on orders.ordered_at > moments.as_of and orders.ordered_at <= moments.as_of + to_days($longest_days)
    group by moments.as_of, orders.customer_id

),

later_visits as (

    select
        moments.as_of,
        sessions.customer_id,
        min(sessions.started_at) as next_at
    from intermediate.int_moments_evaluated as moments
    inner join marts.fct_sessions as sessions
        on sessions.started_at > moments.as_of and sessions.started_at <= moments.as_of + to_days($longest_days)
    group by moments.as_of, sessions.customer_id

)

select
    examples.*,
    customers.orders > 0 as has_ordered,
    later_orders.next_at as next_order_at,
    least(later_orders.next_at, later_visits.next_at) as next_sign_at
from examples
inner join features.ftr_customers as customers
    on examples.as_of = customers.as_of and examples.customer_id = customers.customer_id
left join later_orders
    on examples.as_of = later_orders.as_of and examples.customer_id = later_orders.customer_id
left join later_visits
    on examples.as_of = later_visits.as_of and examples.customer_id = later_visits.customer_id
order by examples.as_of, examples.customer_id
