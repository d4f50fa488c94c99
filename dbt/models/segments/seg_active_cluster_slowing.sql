{#-
Buyers of the cluster that buys most at present who buy clearly less often than before: the first to keep. One row per
customer and moment.
-#}
{{ segment(
    owner='crm@example.com', purpose='marketing_email',
    parent='purchase_frequency_falling', targets=['crm_files'], review_date='2027-03-31'
) }}

with

{{ ranked_clusters('orders_30_days') }}

select
    customers.customer_id,
    customers.as_of,
    ranked_clusters.place = 1 as is_in_active_cluster,
    2 * customers.earlier_orders_per_30_days >= {{ segment_limit('frequency_change_orders') }} as bought_before,
    customers.orders_30_days
    <= {{ segment_limit('frequency_fall_factor') }} * customers.earlier_orders_per_30_days as buys_less_often,
    ranked_clusters.label as cluster_label,
    ranked_clusters.place as cluster_place,
    customers.orders_30_days,
    customers.earlier_orders_per_30_days
from {{ ref('ftr_customers') }} as customers
left join ranked_clusters
    on customers.customer_id = ranked_clusters.customer_id and customers.as_of = ranked_clusters.as_of
