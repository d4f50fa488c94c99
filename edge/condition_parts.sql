select {expressions}
from warehouse.conditions.{view}
where customer_id = $customer_id
