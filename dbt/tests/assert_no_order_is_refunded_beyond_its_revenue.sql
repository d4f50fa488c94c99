{#- What is given back for an order is never more than it cost. -#}

select
    source,
    order_id,
    revenue,
    refunded
from {{ ref('fct_orders') }}
where refunded > greatest(revenue, 0)
