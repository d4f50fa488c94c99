-- Who is named in the rows of an export of customers. Grain: one identifier.
create or replace temp table named_in_batch as
select
    arrived.file_number,
    arrived.line,
    coalesce(sources.namespace, batch.source) as namespace,
    given.type,
    given.text
from (
    select
        file_number,
        line,
        unnest(
            [
                {'type': 'user_id', 'text': user_id},
                {'type': 'contact', 'text': email},
                {'type': 'contact', 'text': phone}
            ]
        ) as given
    from arrived
) as arrived
inner join batch on arrived.file_number = batch.file_number
left join raw.sources on batch.source = sources.source
where given.text is not null;

select distinct namespace, type, text
from named_in_batch
