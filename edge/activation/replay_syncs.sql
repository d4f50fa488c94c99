insert into syncs
select
    sync_id,
    split_part(sync_id, '-', 1)::bigint as sync_number,
    null as generation,
    max(run_id) as run_id,
    max(sent_at) as sent_at,
    true as is_complete
from replayed
group by sync_id
