-- Features of a sample of customers that stays the same from one look to the next.
select
    customer_id,
    as_of,
    {columns}
from features.ftr_customers
order by hash(customer_id), customer_id
limit $most
