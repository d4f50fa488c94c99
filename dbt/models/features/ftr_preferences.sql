{#- One row per customer and moment with any interaction: categories viewed, favourite category and brand. -#}
{{ config(materialized='table') }}

select
    customer_id,
    as_of,
    count(*) filter (where level = 'category' and product_views > 0) as categories_viewed,
    max(name) filter (where level = 'category' and affinity_rank = 1) as favourite_category,
    max(affinity_share) filter (where level = 'category' and affinity_rank = 1) as favourite_category_share,
    max(name) filter (where level = 'brand' and affinity_rank = 1) as favourite_brand,
    max(affinity_share) filter (where level = 'brand' and affinity_rank = 1) as favourite_brand_share

from {{ ref('ftr_affinities') }}

group by customer_id, as_of
