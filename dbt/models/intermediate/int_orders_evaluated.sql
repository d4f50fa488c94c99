{#- One row per order and moment up to which it was placed: as it was then, before refunds. -#}
{{ config(materialized='view') }}

select
    orders.customer_id,
    moments.as_of,
    orders.source,
    orders.order_id,
    orders.ordered_at,
    coalesce(revised.revenue, orders.revenue) as revenue

from {{ ref('int_orders_united') }} as orders

inner join {{ ref('int_moments_evaluated') }} as moments on orders.ordered_at <= moments.as_of

left join {{ ref('int_orders_revised') }} as revised
    on
        orders.source = revised.source
        and orders.order_id = revised.order_id
        and moments.as_of = revised.as_of
