insert into ops.ledger by name
select
    batch.file,
    arrived.file_number,
    arrived.line,
    arrived.kind,
    arrived.recorded_at,
    arrived.recorded as payload,
    $loaded_at as loaded_at
from arrived
inner join batch on arrived.file_number = batch.file_number
where arrived.reason is null and arrived.message_id is not null
