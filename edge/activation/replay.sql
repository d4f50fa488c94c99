-- The ledger's deliveries to one target, in the order they were recorded. Grain: one delivery.
create or replace temp table replayed as
select
    parse_path(filename)[-1] as file,
    payload ->> 'segment' as segment,
    payload ->> 'customer_id' as customer_id,
    payload ->> 'operation' as operation,
    payload ->> 'fingerprint' as fingerprint,
    payload ->> 'sync_id' as sync_id,
    payload ->> 'run_id' as run_id,
    (payload ->> 'sent_at')::timestamp as sent_at
from read_json(
    $files::varchar[],
    format = 'newline_delimited',
    columns = {kind: 'varchar', payload: 'json'},
    filename = true
)
where
    kind = 'delivery'
    and (payload ->> 'target') = $target
    and (payload ->> 'status') = 'delivered'
