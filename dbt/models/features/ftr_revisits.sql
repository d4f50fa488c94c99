{#-
One row per customer and moment with a product viewed more than once in 30 days: the product they come back to, and
what they bought that is similar to it: another product of its category with its brand or in its price band. Of
several the one with similar purchases, then with most views.
-#}
{{ config(materialized='table') }}
{%- set rank = ['least(similar_products_bought, 1)', 'product_views', 'product_id'] %}

with

interactions as (

    select
        interactions.customer_id,
        interactions.as_of,
        interactions.product_id,
        interactions.product_views_30_days as product_views,
        interactions.purchases,
        products.category,
        products.brand,
        products.price_band

    from {{ ref('ftr_interactions') }} as interactions

    inner join {{ ref('ftr_products') }} as products
        on interactions.as_of = products.as_of and interactions.product_id = products.product_id

),

returned as (

    select
        viewed.customer_id,
        viewed.as_of,
        viewed.product_id,
        viewed.product_views,
        -- the alternative stands here: among the conditions of the join it would compare every pair of rows
        count(
            case
                when
                    viewed.product_id != bought.product_id
                    and (viewed.brand = bought.brand or viewed.price_band = bought.price_band)
                    then 1
            end
        ) as similar_products_bought

    from interactions as viewed

    left join interactions as bought
        on
            viewed.customer_id = bought.customer_id
            and viewed.as_of = bought.as_of
            and viewed.category = bought.category
            and bought.purchases > 0

    where viewed.product_views > 1

    group by viewed.customer_id, viewed.as_of, viewed.product_id, viewed.product_views

)

select
    customer_id,
    as_of,
    {{ latest('product_id', rank) }} as product_id,
    {{ latest('product_views', rank) }} as product_views_30_days,
    {{ latest('similar_products_bought', rank) }} as similar_products_bought

from returned

group by customer_id, as_of
