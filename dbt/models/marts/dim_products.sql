{#- One row per product, as last described. -#}

select
    product_id,
    latest_name.value as name,
    latest_category.value as category,
    latest_brand.value as brand,
    latest_price.value as price,
    latest_margin_share.value as margin_share
from {{ ref('int_products_observed') }}
