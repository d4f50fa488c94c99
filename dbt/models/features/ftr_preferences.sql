{#-
One row per customer and moment with any interaction: categories viewed, favourite category and brand. Of equal
favourites the first by name.
-#}
{{ config(materialized='table') }}

with

affinities as (

    select
        customer_id,
        as_of,
        level,
        name,
        product_views,
        cast(weight as decimal(28, 18)) as weight

    from {{ ref('ftr_affinities') }}

),

totals as (

    select
        customer_id,
        as_of,
        {% for level in ['category', 'brand'] -%}
        sum(weight) filter (where level = '{{ level }}') as {{ level }}_weight,
        max(weight) filter (where level = '{{ level }}') as favourite_{{ level }}_weight,
        {% endfor -%}
        count(*) filter (where level = 'category' and product_views > 0) as categories_viewed

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
            and affinities.weight = case
                when affinities.level = 'category' then totals.favourite_category_weight
                else totals.favourite_brand_weight
            end

    group by affinities.customer_id, affinities.as_of

)

select
    totals.customer_id,
    totals.as_of,
    totals.categories_viewed,
    favourites.favourite_category,
    cast(totals.favourite_category_weight as double)
    / nullif(cast(totals.category_weight as double), 0) as favourite_category_share,
    favourites.favourite_brand,
    cast(totals.favourite_brand_weight as double)
    / nullif(cast(totals.brand_weight as double), 0) as favourite_brand_share

from totals

left join favourites
    on totals.customer_id = favourites.customer_id and totals.as_of = favourites.as_of
