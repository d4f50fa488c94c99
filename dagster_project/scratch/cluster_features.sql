-- Of those whose data models may use, by the answers that hold now, as in a run of now for then.
select
    customer_id,
    as_of,
    {columns}
from warehouse.features.ftr_customers as customers
semi join warehouse.intermediate.int_customers_learnable as learnable on customers.customer_id = learnable.customer_id
order by as_of, customer_id
