-- Rows that say of a customer what the one before said, whether in this file or in an earlier one.
create or replace temp table repeated as

with

stored as (

    select
        source,
        user_id,
        split_part(arg_max(message_id, (file_number, line)), '-', 1) as content_hash

    from {table}

    where (source, user_id) in (select (arrived.source, arrived.user_id) from arrived)

    group by source, user_id

),

compared as (

    select
        arrived.arrival,
        arrived.content_hash,
        coalesce(
            lag(arrived.content_hash) over (
                partition by arrived.source, arrived.user_id
                order by arrived.file_number, arrived.line
            ),
            stored.content_hash
        ) as previous_hash

    from arrived

    left join stored
        on arrived.source = stored.source and arrived.user_id = stored.user_id

    where arrived.reason is null

)

select arrival
from compared
where content_hash = previous_hash
