-- Rows of the batch whose message arrived before: earlier in the batch, or in any load of all time.
create or replace temp table repeated as

with

keys as (

    select
        arrival,
        file_number,
        line,
        message_id

    from arrived

    where reason is null and message_id is not null

),

-- Few messages come twice, so only those are put in order.
several as (

    select message_id

    from keys

    group by message_id

    having count(*) > 1

),

later as (

    select keys.arrival

    from keys

    inner join several on keys.message_id = several.message_id

    qualify
        row_number() over (
            partition by keys.message_id order by keys.file_number asc, keys.line asc
        ) > 1

),

-- The batch is the small side: one column of what is stored streams past it.
stored as (

    select distinct message_id

    from {table}

    where message_id in (select keys.message_id from keys)

)

select arrival from later
union
select keys.arrival
from keys
inner join stored on keys.message_id = stored.message_id
