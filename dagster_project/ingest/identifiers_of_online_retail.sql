-- Who is named in the rows of an invoice file. Grain: one identifier.
create or replace temp table named_in_batch as
select
    arrived.file_number,
    arrived.line,
    coalesce(sources.namespace, batch.source) as namespace,
    'user_id' as type,
    arrived.customer as text
from arrived
inner join batch on arrived.file_number = batch.file_number
left join raw.sources on batch.source = sources.source
where arrived.customer is not null;

select distinct namespace, type, text
from named_in_batch
