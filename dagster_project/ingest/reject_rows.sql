insert into raw.rejected_events by name
select
    batch.source,
    batch.file,
    arrived.file_number,
    arrived.line,
    arrived.reason,
    with_networks(arrived.payload) as payload,
    $loaded_at as loaded_at
from arrived
inner join batch on arrived.file_number = batch.file_number
where arrived.reason is not null
union all by name
select
    batch.source,
    batch.file,
    batch.file_number,
    refusals.line,
    refusals.reason,
    with_networks(refusals.payload) as payload,
    $loaded_at as loaded_at
from refusals
inner join batch on refusals.file_number = batch.file_number
