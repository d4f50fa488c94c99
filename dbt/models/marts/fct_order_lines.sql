{#- One row per line of an order. -#}

select
    order_id,
    source,
    line_number,
    customer_id,
    ordered_at,
    product_id,
    product_name,
    category,
    brand,
    quantity,
    price,
    list_price,
    is_goods
from {{ ref('int_order_lines_united') }}
