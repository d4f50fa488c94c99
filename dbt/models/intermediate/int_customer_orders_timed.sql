{#- One row per customer and moment up to as_of at which the customer ordered, from whatever source, and the next. -#}
{{ config(materialized='table') }}

with

moments as (

    select max(as_of) as as_of from {{ ref('int_moments_evaluated') }}

),

orders as (

    select customer_id, ordered_at from {{ ref('int_orders_corrected') }}

    union

    -- an order on a device of several people empties the device's cart as well
    select cart_customer_id, ordered_at from {{ ref('int_orders_corrected') }}

    union

    select customer_id, invoice_at from {{ ref('int_invoices_summed') }} where is_order

)

select
    orders.customer_id,
    orders.ordered_at,
    lag(orders.ordered_at) over by_customer as previous_ordered_at,
    coalesce(lead(orders.ordered_at) over by_customer, cast('9999-12-31' as timestamp)) as next_ordered_at
from orders
inner join moments on orders.ordered_at <= moments.as_of
window by_customer as (partition by orders.customer_id order by orders.ordered_at)
