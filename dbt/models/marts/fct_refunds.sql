{#- One row per refund, whether it names an order or not. -#}

select
    refund_id,
    order_id,
    source,
    customer_id,
    refunded_at,
    amount
from {{ ref('int_refunds_united') }}
