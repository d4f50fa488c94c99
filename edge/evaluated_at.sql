-- When segments were evaluated last, for somebody who is a customer; else no row. Grain: one row.
select evaluated.as_of
from warehouse.marts.dim_customers as customers
cross join (select max(as_of) as as_of from warehouse.features.ftr_customers) as evaluated
where customers.customer_id = $customer_id
