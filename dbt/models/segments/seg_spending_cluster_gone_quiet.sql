{#- Buyers of the cluster that spends most who have not visited for two weeks. One row per customer and moment. -#}
{{ segment(
    owner='crm@example.com', purpose='marketing_email',
    parent='recent_buyers', targets=['crm_files'], review_date='2027-03-31'
) }}

with

{{ ranked_clusters('revenue') }}

select
    customers.customer_id,
    customers.as_of,
    ranked_clusters.place = 1 as is_in_best_cluster,
    customers.recency_days <= {{ segment_limit('recent_buyer_days') }} as bought_recently,
    customers.days_since_last_visit >= {{ segment_limit('spender_silence_days') }} as has_not_visited,
    ranked_clusters.label as cluster_label,
    customers.recency_days,
    customers.days_since_last_visit
from {{ ref('ftr_customers') }} as customers
left join ranked_clusters
    on customers.customer_id = ranked_clusters.customer_id and customers.as_of = ranked_clusters.as_of
