-- Grain: one customer and moment. The features, as numbers.
select
    customers.customer_id,
    customers.as_of,
    {columns}
from features.ftr_customers as customers
semi join intermediate.int_customers_learnable as learnable on customers.customer_id = learnable.customer_id
