select 1 as found
from {batch} as recommended
left join (
    select label, count(*) as size
    from ml.customer_clusters
    group by label
) as clusters on recommended.segment = clusters.label
where recommended.customers is distinct from clusters.size
