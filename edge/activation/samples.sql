-- The first few of each operation, contacts masked. Grain: one member of one segment.
select
    operation,
    segment,
    customer_id,
    reason,
    to_json(told) as fields
from contents
where not is_refused
qualify row_number() over (partition by operation order by segment, customer_id) <= 3
order by operation_rank, segment, customer_id
