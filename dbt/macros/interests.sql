{#-
What a customer's interactions tell of categories and brands; one row per customer, moment, level and name. Text and not
a view: the shares of `ftr_affinities` need a window over all of them, which a reader of the sums need not pay for.
-#}
{% macro interests() %}
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
{% endmacro %}
