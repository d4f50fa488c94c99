select customer_id
from warehouse.conditions.{view}
order by jaro_winkler_similarity(customer_id, $customer_id) desc, customer_id
limit 3
