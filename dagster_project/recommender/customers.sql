-- Every customer at the moment evaluated.
select customer_id
from features.ftr_customers as customers
semi join intermediate.int_customers_learnable as learnable on customers.customer_id = learnable.customer_id
where as_of = (select max(newest.as_of) from features.ftr_customers as newest)
order by customer_id
