-- Every customer at the moment evaluated.
select customer_id
from features.ftr_customers
where as_of = (select max(newest.as_of) from features.ftr_customers as newest)
order by customer_id
