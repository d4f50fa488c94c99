-- Where each customer lives, if it is known.
select
    customer_id,
    country
from marts.dim_customers
where country is not null
order by customer_id
