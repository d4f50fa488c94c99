-- Who is named in the lines of the batch, parsed as far as they can be. Grain: one identifier.
create or replace temp table named_in_batch as

with

given as (

    select
        arrived.file_number,
        arrived.line,
        coalesce(sources.namespace, batch.source) as namespace,
        unnest(
            [
                {'type': 'user_id', 'text': arrived.user_id},
                {'type': 'anonymous_id', 'text': arrived.anonymous_id},
                {'type': 'user_id', 'text': arrived.previous_id},
                {'type': 'anonymous_id', 'text': arrived.previous_id},
                {
                    'type': 'contact',
                    'text': case when arrived.type = 'identify' then arrived.traits ->> '$.email' end
                },
                {
                    'type': 'contact',
                    'text': case when arrived.type = 'identify' then arrived.traits ->> '$.phone' end
                },
                {
                    'type': 'contact',
                    'text': case
                        when contains(arrived.context, '"traits"') then arrived.context ->> '$.traits.email'
                    end
                },
                {
                    'type': 'contact',
                    'text': case
                        when contains(arrived.context, '"traits"') then arrived.context ->> '$.traits.phone'
                    end
                }
            ]
        ) as given
    from arrived
    inner join batch on arrived.file_number = batch.file_number
    left join raw.sources on batch.source = sources.source

)

select
    file_number,
    line,
    namespace,
    given.type,
    given.text
from given
where given.text is not null;

select distinct namespace, type, text
from named_in_batch
