{#-
One row per customer, moment, level (category or brand) and name: the share of the customer's decayed interest that
goes to it. A view: whoever reads one customer or one level pays for that only.
-#}
{{ config(materialized='view') }}

with

interactions as (

    select
        interactions.customer_id,
        interactions.as_of,
        interactions.product_views,
        cast(interactions.weight as decimal(28, 18)) as weight,
        products.category,
        products.brand

    from {{ ref('ftr_interactions') }} as interactions

    inner join {{ ref('ftr_products') }} as products
        on interactions.as_of = products.as_of and interactions.product_id = products.product_id

),

weighted as (
    {% for level in ['category', 'brand'] %}
    select
        customer_id,
        as_of,
        '{{ level }}' as level,
        {{ level }} as name,
        cast(sum(product_views) as bigint) as product_views,
        cast(sum(weight) as double) as weight

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
    product_views,
    weight,
    weight
    / nullif(cast(sum(cast(weight as decimal(28, 18))) over (partition by customer_id, as_of, level) as double), 0)
        as affinity_share

from weighted
