select {parts}
from (select customer_id, {expressions} from warehouse.{relation}) as evaluated
where customer_id = $customer_id
