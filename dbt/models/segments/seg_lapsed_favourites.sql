{#-
Lapsed customers of the clusters that spend more than the average customer: worth winning back. One row per customer and
moment.
-#}
{{ segment(
    owner='crm@example.com', purpose='marketing_email',
    parent='lapsed_customers', targets=['crm_files'], review_date='2027-03-31'
) }}

with

{{ ranked_clusters('revenue') }}

select
    customers.customer_id,
    customers.as_of,
    ranked_clusters.ratio > {{ segment_limit('favourite_cluster_ratio') }} as is_in_spending_cluster,
    customers.recency_days > {{ segment_limit('lapsed_customer_days') }} as has_lapsed,
    ranked_clusters.label as cluster_label,
    ranked_clusters.ratio as cluster_spending_ratio,
    customers.recency_days
from {{ ref('ftr_customers') }} as customers
left join ranked_clusters
    on customers.customer_id = ranked_clusters.customer_id and customers.as_of = ranked_clusters.as_of
