-- Whose data models may learn from and score. Grain: one customer who permits every purpose of models.
create or replace table intermediate.int_customers_learnable as
select customer_id
from permitted
where list_contains($purposes::varchar[], purpose)
group by customer_id
having count(*) = len($purposes::varchar[])
