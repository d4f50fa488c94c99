-- Rows and an order-free hash of their content. Grain: one row.
select count(*) as row_count, coalesce(sum(hash(relation)::hugeint), 0)::varchar as fingerprint
from ({query}) as relation
