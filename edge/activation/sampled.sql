create or replace temp table sampled as
select *
from changes
where not is_refused
qualify row_number() over (partition by operation order by segment, customer_id) <= 3
