-- The first few of each operation, with the values they would be told. Grain: one member of one segment.
select
    operation,
    segment,
    customer_id,
    reason,
    to_json(told) as fields
from sampled_contents
order by operation_rank, segment, customer_id
