update outbox
set status = 'delivered', attempt = outbox.attempt + 1, ended_at = syncs.sent_at
from syncs
where outbox.sync_id = $sync_id and syncs.sync_id = $sync_id
