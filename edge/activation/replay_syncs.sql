insert into syncs
select
    sync_id,
    sync_number,
    null as generation,
    max(run_id) as run_id,
    max(sent_at) as sent_at,
    true as is_complete
from replayed
group by sync_id, sync_number
