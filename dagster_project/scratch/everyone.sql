-- Of customers whom recent events say nothing of, a trigger's conditions are null, as they are live.
select *
from ({query}
) as evaluated
full join (select customer_id, as_of from warehouse.features.ftr_customers) as everyone using (customer_id, as_of)
