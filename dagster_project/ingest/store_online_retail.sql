insert into raw.online_retail by name
select
    batch.source,
    batch.file,
    arrived.file_number,
    arrived.line,
    arrived.message_id,
    arrived.invoice,
    arrived.stock_code,
    arrived.description,
    arrived.quantity,
    arrived.invoice_at,
    arrived.unit_price,
    arrived.customer,
    arrived.country,
    $loaded_at as loaded_at
from arrived
inner join batch on arrived.file_number = batch.file_number
where
    arrived.reason is null
    and arrived.arrival not in (select repeated.arrival from repeated)
