select *
from features.ftr_customers
where as_of = $moment
order by customer_id
