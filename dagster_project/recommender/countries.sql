-- Where each customer lives, if it is known.
select
    customer_id,
    country
from marts.dim_customers as customers
semi join intermediate.int_customers_learnable as learnable on customers.customer_id = learnable.customer_id
where country is not null
order by customer_id
