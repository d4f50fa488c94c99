{#-
One row per customer, moment, level (category or brand) and name: the share of the customer's decayed interest
that goes to it. The favourite has rank 1; equal weights rank by name.
-#}
{{ config(materialized='table') }}

with

interactions as (

    select
        customer_id,
        as_of,
        category,
        brand,
        product_views,
        cast(weight as decimal(28, 18)) as weight

    from {{ ref('ftr_interactions') }}

),

weighted as (
    {% for level in ['category', 'brand'] %}
    select
        customer_id,
        as_of,
        '{{ level }}' as level,
        {{ level }} as name,
        sum(product_views) as product_views,
        sum(weight) as weight

    from interactions

    where {{ level }} is not null

    group by customer_id, as_of, {{ level }}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
)

select
    customer_id,
    as_of,
    level,
    name,
    cast(product_views as bigint) as product_views,
    cast(weight as double) as weight,
    cast(weight as double)
    / nullif(cast(sum(weight) over (partition by customer_id, as_of, level) as double), 0) as affinity_share,
    row_number() over (partition by customer_id, as_of, level order by weight desc, name) as affinity_rank

from weighted
