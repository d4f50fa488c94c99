{#-
One row per customer and moment with any interaction: categories viewed, favourite category and brand. Of equal
favourites the first by name.
-#}
{{ config(materialized='table') }}

with

affinities as (

    select * from {{ ref('ftr_affinities') }}

),

totals as (

    select
        customer_id,
        as_of,
        count(*) filter (where level = 'category' and product_views > 0) as categories_viewed,
        max(affinity_share) filter (where level = 'category') as favourite_category_share,
        max(affinity_share) filter (where level = 'brand') as favourite_brand_share

    from affinities

    group by customer_id, as_of

),

favourites as (

    select
        affinities.customer_id,
        affinities.as_of,
        min(affinities.name) filter (where affinities.level = 'category') as favourite_category,
        min(affinities.name) filter (where affinities.level = 'brand') as favourite_brand

    from affinities

    inner join totals
        on
            affinities.customer_id = totals.customer_id
            and affinities.as_of = totals.as_of
            and affinities.affinity_share = case
                when affinities.level = 'category' then totals.favourite_category_share
                else totals.favourite_brand_share
            end

    group by affinities.customer_id, affinities.as_of

)

select
    totals.customer_id,
    totals.as_of,
    totals.categories_viewed,
    favourites.favourite_category,
    totals.favourite_category_share,
    favourites.favourite_brand,
    totals.favourite_brand_share

from totals

left join favourites
    on totals.customer_id = favourites.customer_id and totals.as_of = favourites.as_of
