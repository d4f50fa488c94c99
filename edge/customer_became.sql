select max(customer_id) as became
from warehouse.marts.fct_customer_merges
where loser_customer_id = $customer_id
