insert into consent_refusals
select
    entries.entry_id,
    refusals.purpose
from read_parquet({path}) as refusals
inner join warehouse.main.entries as entries
    on refusals.customer_id = entries.customer_id and refusals.refused_at <= entries.asked_at
