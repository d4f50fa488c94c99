insert into raw.events by name
select
    batch.source,
    batch.file,
    arrived.file_number,
    arrived.line,
    arrived.message_id,
    arrived.type,
    arrived.event,
    arrived.name,
    arrived.user_id,
    arrived.anonymous_id,
    arrived.previous_id,
    arrived.group_id,
    arrived."timestamp",
    arrived.original_timestamp,
    arrived.sent_at,
    arrived.received_at,
    json_with_networks(arrived.context) as context,
    json_with_networks(arrived.properties) as properties,
    json_with_networks(arrived.traits) as traits,
    arrived.integrations,
    $loaded_at as loaded_at
from arrived
inner join batch on arrived.file_number = batch.file_number
where
    arrived.reason is null
    and arrived.message_id is not null
    and arrived.arrival not in (select repeated.arrival from repeated)
