-- Grain: one customer, moment and category that the customer has shown interest in.
select
    affinities.customer_id,
    affinities.as_of,
    affinities.name as category,
    affinities.product_views::double as category_views,
    affinities.product_views_30_days::double as category_views_30_days,
    affinities.purchases::double as category_orders,
    affinities.purchases_30_days::double as category_orders_30_days,
    affinities.weight::double as category_weight,
    affinities.affinity_share::double as category_affinity_share,
    (
        sum(affinities.purchases_30_days) over (partition by affinities.as_of, affinities.name)
        / nullif(sum(affinities.purchases_30_days) over (partition by affinities.as_of), 0)
    )::double as category_popularity_share,
    {columns}
from features.ftr_affinities as affinities
inner join features.ftr_customers as customers
    on affinities.as_of = customers.as_of and affinities.customer_id = customers.customer_id
semi join intermediate.int_customers_learnable as learnable on affinities.customer_id = learnable.customer_id
where affinities.level = 'category'
