{#-
One row per customer and moment with any interaction: categories viewed, the category and the brand that interest
most, and those bought most. Of equal ones the first by name.
-#}
{{ config(materialized='table') }}
{%- set levels = ['category', 'brand'] %}

with

affinities as (

    {{ interests() }}

),

sums as (

    select
        customer_id,
        as_of,
        level,
        name,
        product_views,
        purchases,
        cast(weight as decimal(18, 10)) as weight

    from affinities

),

totals as (

    select
        customer_id,
        as_of,
        {% for level in levels -%}
        sum(weight) filter (where level = '{{ level }}') as {{ level }}_weight,
        max(weight) filter (where level = '{{ level }}') as favourite_{{ level }}_weight,
        sum(purchases) filter (where level = '{{ level }}') as {{ level }}_purchases,
        max(purchases) filter (where level = '{{ level }}' and purchases > 0) as most_{{ level }}_purchases,
        {% endfor -%}
        count(*) filter (where level = 'category' and product_views > 0) as categories_viewed

    from sums

    group by customer_id, as_of

),

favourites as (

    select
        sums.customer_id,
        sums.as_of,
        {% for level in levels -%}
        min(sums.name) filter (
            where sums.level = '{{ level }}' and sums.weight = totals.favourite_{{ level }}_weight
        ) as favourite_{{ level }},
        min(sums.name) filter (
            where sums.level = '{{ level }}' and sums.purchases = totals.most_{{ level }}_purchases
        ) as most_bought_{{ level }}{{ ',' if not loop.last }}
        {% endfor %}
    from sums

    inner join totals
        on sums.customer_id = totals.customer_id and sums.as_of = totals.as_of

    group by sums.customer_id, sums.as_of

)

select
    totals.customer_id,
    totals.as_of,
    totals.categories_viewed,
    {% for level in levels -%}
    favourites.favourite_{{ level }},
    cast(totals.favourite_{{ level }}_weight as double)
    / nullif(cast(totals.{{ level }}_weight as double), 0) as favourite_{{ level }}_share,
    favourites.most_bought_{{ level }},
    cast(coalesce(totals.{{ level }}_purchases, 0) as bigint) as {{ level }}_purchases,
    totals.most_{{ level }}_purchases / nullif(cast(totals.{{ level }}_purchases as double), 0)
        as most_bought_{{ level }}_share{{ ',' if not loop.last }}
    {% endfor %}
from totals

left join favourites
    on totals.customer_id = favourites.customer_id and totals.as_of = favourites.as_of
