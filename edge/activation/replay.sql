-- The ledger's deliveries to one target. Grain: one delivery.
create or replace temp table replayed as
select
    payload ->> 'segment' as segment,
    payload ->> 'customer_id' as customer_id,
    payload ->> 'operation' as operation,
    payload ->> 'status' as status,
    (payload ->> 'attempt')::bigint as attempt,
    payload ->> 'reason' as reason,
    payload ->> 'fingerprint' as fingerprint,
    payload ->> 'sync_id' as sync_id,
    split_part(payload ->> 'sync_id', '-', 1)::bigint as sync_number,
    payload ->> 'run_id' as run_id,
    (payload ->> 'sent_at')::timestamp as sent_at,
    coalesce((payload ->> 'is_certain')::boolean, true) as is_certain,
    coalesce((payload ->> 'since_number')::bigint, split_part(payload ->> 'sync_id', '-', 1)::bigint) as since_number,
    coalesce((payload ->> 'ended_at')::timestamp, (payload ->> 'sent_at')::timestamp) as ended_at
from read_json(
    $files::varchar[],
    format = 'newline_delimited',
    columns = {kind: 'varchar', payload: 'json'}
)
where kind = 'delivery' and (payload ->> 'target') = $target
