select customer_id
from unused_customers
order by customer_id
