select *
from features.ftr_customers
where customer_id = $customer_id
