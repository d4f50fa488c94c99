select
    cluster,
    label,
    distance,
    model_version
from ml.customer_clusters
where customer_id = $customer_id
