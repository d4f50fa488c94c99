select count(*) as row_count
from outbox
where sync_id = $sync_id
