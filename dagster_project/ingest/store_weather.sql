insert into raw.weather by name
select
    batch.source,
    batch.file,
    arrived.file_number,
    arrived.line,
    arrived.message_id,
    arrived.city,
    arrived.weather_date,
    arrived.condition,
    arrived.temperature_c,
    $loaded_at as loaded_at
from arrived
inner join batch on arrived.file_number = batch.file_number
where
    arrived.reason is null
    and arrived.arrival not in (select repeated.arrival from repeated)
