select 1 as found
from features.ftr_customers as customers
anti join (select customer_id from {batch} where score = 'purchase_7d') as scored
    on customers.customer_id = scored.customer_id
where
    customers.as_of = (select max(newest.as_of) from features.ftr_customers as newest)
    and exists (select 1 from {batch} where score = 'purchase_7d')
