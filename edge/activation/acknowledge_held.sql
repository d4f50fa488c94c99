insert into acknowledged
select outbox.segment, outbox.customer_id, outbox.fingerprint, syncs.sent_at
from outbox
inner join syncs on outbox.sync_id = syncs.sync_id
where outbox.sync_id = $sync_id and outbox.status = 'delivered' and outbox.operation <> 'remove'
