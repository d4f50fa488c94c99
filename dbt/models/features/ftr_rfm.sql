{#-
One row per customer and moment with at least one order not fully refunded by then: recency, frequency, monetary
and their scores from 1 (worst) to 5 (best). Equal values get equal scores.
-#}
{{ config(materialized='table') }}

with

orders as (

    select * from {{ ref('int_orders_evaluated') }}

),

refunds as (

    select * from {{ ref('int_refunds_evaluated') }}

),

refunded_orders as (

    select
        as_of,
        source,
        order_id,
        sum(amount) as refunded

    from refunds

    where order_id is not null

    group by as_of, source, order_id

),

refunded_customers as (

    select
        customer_id,
        as_of,
        sum(amount) as refunded

    from refunds

    group by customer_id, as_of

),

customers as (

    select
        orders.customer_id,
        orders.as_of,
        max(orders.ordered_at) filter (where not {{ is_fully_refunded() }}) as last_ordered_at,
        count(*) filter (where not {{ is_fully_refunded() }}) as frequency,
        sum(orders.revenue) as revenue

    from orders

    left join refunded_orders
        on
            orders.as_of = refunded_orders.as_of
            and orders.source = refunded_orders.source
            and orders.order_id = refunded_orders.order_id

    group by orders.customer_id, orders.as_of

),

measured as (

    select
        customers.customer_id,
        customers.as_of,
        {{ whole_days('customers.last_ordered_at', 'customers.as_of') }} as recency_days,
        customers.frequency,
        cast(customers.revenue - coalesce(refunded_customers.refunded, 0) as double) as monetary

    from customers

    left join refunded_customers
        on
            customers.customer_id = refunded_customers.customer_id
            and customers.as_of = refunded_customers.as_of

    where customers.frequency > 0

),

scored as (

    select
        *,
        {{ score_of('recency_days desc') }} as r_score,
        {{ score_of('frequency') }} as f_score,
        {{ score_of('monetary') }} as m_score

    from measured

)

select
    customer_id,
    as_of,
    recency_days,
    frequency,
    monetary,
    r_score,
    f_score,
    m_score,
    r_score + f_score + m_score as rfm_score,
    percent_rank() over (
        partition by as_of order by r_score + f_score + m_score, monetary
    ) >= 0.9 as is_top_decile

from scored
