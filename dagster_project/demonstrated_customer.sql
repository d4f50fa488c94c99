-- A customer whom a target holds. Grain: one row, or none.
select customer_id
from warehouse.activation.fct_deliveries
where status = 'delivered' and operation = 'add'
order by customer_id
limit 1
