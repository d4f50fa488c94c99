insert into outbox
select $sync_id, segment, customer_id, operation, fingerprint, reason, 'pending', 0
from changes
order by operation_rank, segment, customer_id
