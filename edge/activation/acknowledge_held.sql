insert into acknowledged
select segment, customer_id, fingerprint, fields, ended_at
from outbox
where sync_id = $sync_id and status = 'delivered' and operation <> 'remove'
