{#-
One row per customer, moment, level (category or brand) and name: the share of the customer's decayed interest that
goes to it. A view: whoever reads one customer or one level pays for that only.
-#}
{{ config(materialized='view') }}

with

weighted as (

    {{ interests() }}

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
