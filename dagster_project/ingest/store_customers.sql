insert into raw.customers by name
select
    batch.source,
    batch.file,
    arrived.file_number,
    arrived.line,
    arrived.message_id,
    arrived.user_id,
    arrived.email,
    arrived.phone,
    arrived.first_name,
    arrived.last_name,
    arrived.birthday,
    arrived.age::integer as age,
    arrived.gender,
    arrived.street,
    arrived.city,
    arrived.postal_code,
    arrived.country,
    arrived.preferred_channel,
    arrived.updated_at,
    json_with_networks(arrived.traits) as traits,
    $loaded_at as loaded_at
from arrived
inner join batch on arrived.file_number = batch.file_number
where
    arrived.reason is null
    and arrived.arrival not in (select repeated.arrival from repeated)
