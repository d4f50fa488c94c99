{#- One row per product and moment: its category and brand by its newest view, cart add or order line at as_of. -#}
{{ config(materialized='table') }}

with

described as (

    select
        as_of,
        product_id,
        category,
        brand,
        max(last_at) as last_at

    from {{ ref('int_visitor_products_evaluated') }}

    group by as_of, product_id, category, brand

    union all

    select
        as_of,
        product_id,
        category,
        brand,
        max(ordered_at) as last_at

    from {{ ref('int_order_lines_evaluated') }}

    where is_goods and product_id is not null

    group by as_of, product_id, category, brand

)

select
    as_of,
    product_id,
    {{ latest('category', ['last_at', 'category']) }} as category,
    {{ latest('brand', ['last_at', 'brand']) }} as brand

from described

group by as_of, product_id
