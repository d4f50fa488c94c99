select 1 as found
from {batch}
where event = 'Order Completed'
having count(order_id) < 0.95 * count(*)
