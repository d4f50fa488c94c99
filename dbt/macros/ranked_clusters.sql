{#-
CTEs for a segment that reads clusters: `ranked_clusters` has each clustered customer with the label of their cluster
and, by the average of a feature, its place among the clusters of the moment, the highest first, and its ratio to the average
of all clustered customers. The first place may be a small cluster of few; a ratio above 1 always has some. What the
feature does not say of a customer counts as 0.
-#}
{% macro ranked_clusters(feature) -%}
clustered as (

    select
        clusters.customer_id,
        clusters.as_of,
        clusters.cluster,
        clusters.label,
        coalesce(customers.{{ feature }}, 0) as measure

    from {{ source('ml', 'customer_clusters') }} as clusters

    inner join {{ ref('ftr_customers') }} as customers
        on clusters.customer_id = customers.customer_id and clusters.as_of = customers.as_of

),

places as (

    select
        as_of,
        cluster,
        row_number() over (partition by as_of order by round(avg(measure), 2) desc, cluster) as place,
        round(
            avg(measure) * sum(count(*)) over (partition by as_of)
            / nullif(sum(sum(measure)) over (partition by as_of), 0),
            4
        ) as ratio

    from clustered

    group by as_of, cluster

),

ranked_clusters as (

    select
        clustered.customer_id,
        clustered.as_of,
        clustered.label,
        places.place,
        places.ratio

    from clustered

    inner join places
        on clustered.as_of = places.as_of and clustered.cluster = places.cluster

)
{%- endmacro %}
