{#-
Cart abandoners of the cluster that buys most at a discount: a combined offer may decide. One row per customer and
moment.
-#}
{{ segment(
    owner='crm@example.com', purpose='marketing_email',
    parent='cart_abandoners', targets=['crm_files'], review_date='2027-03-31'
) }}

with

{{ ranked_clusters('discounted_share') }}

select
    customers.customer_id,
    customers.as_of,
    ranked_clusters.place = 1 as is_in_bargain_cluster,
    customers.open_cart_items > 0 as has_open_cart,
    customers.open_cart_idle_minutes > {{ var('cart_abandoned_minutes') }} as left_it_alone,
    ranked_clusters.label as cluster_label,
    ranked_clusters.place as cluster_place,
    customers.open_cart_items,
    customers.open_cart_idle_minutes
from {{ ref('ftr_customers') }} as customers
left join ranked_clusters
    on customers.customer_id = ranked_clusters.customer_id and customers.as_of = ranked_clusters.as_of
