{#- One row per customer, moment and category that the customer had bought from by then: since when, and how much. -#}
{{ config(materialized='table') }}

select
    lines.customer_id,
    lines.as_of,
    coalesce(lines.category, products.category) as category,
    min(lines.ordered_at) as first_bought_at,
    count(distinct lines.product_id) as products_bought

from {{ ref('int_order_lines_evaluated') }} as lines

left join {{ ref('ftr_products') }} as products
    on lines.product_id = products.product_id and lines.as_of = products.as_of

where lines.is_goods and coalesce(lines.category, products.category) is not null

group by lines.customer_id, lines.as_of, coalesce(lines.category, products.category)
