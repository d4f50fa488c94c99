{#-
One row per customer, moment and product of a known category that the customer had bought by then: since when, and
what makes another product similar to it.
-#}
{{ config(materialized='table') }}

select
    lines.customer_id,
    lines.as_of,
    lines.product_id,
    products.category,
    products.brand,
    products.price_band,
    min(lines.ordered_at) as first_bought_at

from {{ ref('int_order_lines_evaluated') }} as lines

inner join {{ ref('ftr_products') }} as products
    on lines.product_id = products.product_id and lines.as_of = products.as_of

where lines.is_goods and products.category is not null

group by lines.customer_id, lines.as_of, lines.product_id, products.category, products.brand, products.price_band
