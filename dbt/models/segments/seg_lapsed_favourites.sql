{#- Lapsed customers of the cluster that spends most: worth winning back. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='marketing_email', parent='lapsed_customers', targets=['crm_files']) }}

with

clustered as (

    select
        customers.customer_id,
        customers.as_of,
        customers.recency_days,
        customers.revenue,
        clusters.cluster,
        clusters.label

    from {{ ref('ftr_customers') }} as customers

    left join {{ source('ml', 'customer_clusters') }} as clusters
        on customers.customer_id = clusters.customer_id and customers.as_of = clusters.as_of

),

ranked as (

    select
        as_of,
        cluster,
        row_number() over (partition by as_of order by round(avg(revenue), 2) desc, cluster) as spending_rank

    from clustered

    where cluster is not null

    group by as_of, cluster

)

select
    clustered.customer_id,
    clustered.as_of,
    ranked.spending_rank = 1 as is_in_best_cluster,
    clustered.recency_days > {{ segment_limit('lapsed_customer_days') }} as has_lapsed,
    clustered.label as cluster_label,
    clustered.recency_days
from clustered
left join ranked
    on clustered.as_of = ranked.as_of and clustered.cluster = ranked.cluster
