-- The refused lines of the batch as they are, with whose identifiers they would name. Grain: one line.
select
    refused.file_number,
    refused.line,
    coalesce(sources.namespace, batch.source) as namespace,
    refused.payload
from (
    select file_number, line, payload from arrived where reason is not null
    union all
    select file_number, line, payload from refusals
) as refused
inner join batch on refused.file_number = batch.file_number
left join raw.sources on batch.source = sources.source
where refused.payload is not null
