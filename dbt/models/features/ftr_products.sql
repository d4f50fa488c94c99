{#-
One row per product and moment: what it is and costs by its newest view, cart add or order line at as_of. The price
band is 1 for the cheapest third of its category to 3 for the dearest.
-#}
{{ config(materialized='table') }}

with

described as (

    select
        as_of,
        product_id,
        category,
        brand,
        list_price,
        margin_share,
        max(last_at) as last_at

    from {{ ref('int_visitor_products_evaluated') }}

    group by as_of, product_id, category, brand, list_price, margin_share

    union all

    select
        as_of,
        product_id,
        category,
        brand,
        coalesce(list_price, price) as list_price,
        cast(null as double) as margin_share,
        max(ordered_at) as last_at

    from {{ ref('int_order_lines_evaluated') }}

    where is_goods and product_id is not null

    group by as_of, product_id, category, brand, coalesce(list_price, price)

),

products as (

    select
        as_of,
        product_id,
        {{ latest('category', ['last_at', 'category']) }} as category,
        {{ latest('brand', ['last_at', 'brand']) }} as brand,
        {{ latest('list_price', ['last_at', 'list_price']) }} as list_price,
        {{ latest('margin_share', ['last_at', 'margin_share']) }} as margin_share

    from described

    group by as_of, product_id

)

select
    as_of,
    product_id,
    category,
    brand,
    list_price,
    margin_share,
    case
        when category is not null and list_price is not null
            then cast(
                least(
                    3,
                    1 + floor(3 * percent_rank() over (partition by as_of, category, list_price is null order by list_price))
                ) as integer
            )
    end as price_band

from products
