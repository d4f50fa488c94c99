insert into unacknowledged
select segment, customer_id, operation, fingerprint, since_number, status, attempt, coalesce(answer, reason)
from outbox
where sync_id = $sync_id and status <> 'delivered' and not is_former
