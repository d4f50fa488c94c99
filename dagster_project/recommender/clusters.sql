-- The cluster of each customer, by name.
select
    customer_id,
    label
from ml.customer_clusters
order by customer_id
