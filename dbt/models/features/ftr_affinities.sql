{#-
One row per customer, moment, level (category or brand) and name: the share of the customer's decayed interest
that goes to it. A product counts under its newest category and brand at as_of.
-#}
{{ config(materialized='table') }}

with

described as (

    select
        as_of,
        product_id,
        category,
        brand,
        max(last_at) as last_at

    from {{ ref('int_visitor_products_evaluated') }}

    group by as_of, product_id, category, brand

    union all

    select
        moments.as_of,
        lines.product_id,
        lines.category,
        lines.brand,
        max(lines.ordered_at) as last_at

    from {{ ref('fct_order_lines') }} as lines

    inner join {{ ref('int_moments_evaluated') }} as moments on lines.ordered_at <= moments.as_of

    group by moments.as_of, lines.product_id, lines.category, lines.brand

),

products as (

    select
        as_of,
        product_id,
        {{ newest('category', 'last_at', 'category') }} as category,
        {{ newest('brand', 'last_at', 'brand') }} as brand

    from described

    group by as_of, product_id

),
{% for level in ['category', 'brand'] %}
{{ level }}_weights as (

    select
        interactions.customer_id,
        interactions.as_of,
        products.{{ level }} as name,
        sum(interactions.product_views) as product_views,
        sum(cast(interactions.weight as decimal(28, 18))) as weight

    from {{ ref('ftr_interactions') }} as interactions

    inner join products
        on interactions.as_of = products.as_of and interactions.product_id = products.product_id

    where products.{{ level }} is not null

    group by interactions.customer_id, interactions.as_of, products.{{ level }}

),

{{ level }}_totals as (

    select
        customer_id,
        as_of,
        sum(weight) as weight

    from {{ level }}_weights

    group by customer_id, as_of

){{ ',' if not loop.last }}
{% endfor %}
{%- for level in ['category', 'brand'] %}
select
    weights.customer_id,
    weights.as_of,
    '{{ level }}' as level,
    weights.name,
    cast(weights.product_views as bigint) as product_views,
    cast(weights.weight as double) as weight,
    cast(weights.weight as double) / nullif(cast(totals.weight as double), 0) as affinity_share

from {{ level }}_weights as weights

inner join {{ level }}_totals as totals
    on weights.customer_id = totals.customer_id and weights.as_of = totals.as_of
{% if not loop.last %}
union all
{% endif %}
{%- endfor %}
