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
        moments.as_of,
        lines.product_id,
        lines.category,
        lines.brand,
        max(lines.ordered_at) as last_at

    from {{ ref('fct_order_lines') }} as lines

    inner join {{ ref('int_moments_evaluated') }} as moments on lines.ordered_at <= moments.as_of

    where lines.is_goods and lines.product_id is not null

    group by moments.as_of, lines.product_id, lines.category, lines.brand

)

select
    as_of,
    product_id,
    {{ latest('category', ['last_at', 'category']) }} as category,
    {{ latest('brand', ['last_at', 'brand']) }} as brand

from described

group by as_of, product_id
