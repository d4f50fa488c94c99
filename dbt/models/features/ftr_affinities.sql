{#-
One row per customer, moment, level (category or brand) and name: the share of the customer's decayed interest that
goes to it. A view: whoever reads one customer or one level pays for that only.
-#}
{{ config(materialized='view') }}

with

weighted as (
    {% for level in ['category', 'brand'] %}
    select
        interactions.customer_id,
        interactions.as_of,
        '{{ level }}' as level,
        products.{{ level }} as name,
        cast(sum(interactions.product_views) as bigint) as product_views,
        cast(sum(interactions.product_views_30_days) as bigint) as product_views_30_days,
        cast(sum(interactions.purchases) as bigint) as purchases,
        cast(sum(interactions.purchases_30_days) as bigint) as purchases_30_days,
        cast(sum(cast(interactions.weight as decimal(18, 10))) as double) as weight

    from {{ ref('ftr_interactions') }} as interactions

    inner join {{ ref('ftr_products') }} as products
        on interactions.as_of = products.as_of and interactions.product_id = products.product_id

    where products.{{ level }} is not null

    group by interactions.customer_id, interactions.as_of, products.{{ level }}
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
    product_views_30_days,
    purchases,
    purchases_30_days,
    weight,
    weight
    / nullif(cast(sum(cast(weight as decimal(18, 10))) over (partition by customer_id, as_of, level) as double), 0)
        as affinity_share

from weighted
