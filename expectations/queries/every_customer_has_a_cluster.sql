select 1 as found
from features.ftr_customers as customers
semi join intermediate.int_customers_learnable as learnable on customers.customer_id = learnable.customer_id
anti join {batch} as clustered on customers.customer_id = clustered.customer_id
where
    customers.as_of = (select max(newest.as_of) from features.ftr_customers as newest)
    and exists (select 1 from {batch})
