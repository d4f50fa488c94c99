-- What became of each file's rows; stored and rejected are counted where they stand.
with

stored as (

    select
        file_number,
        count(*) as row_count

    from {table}

    where loaded_at = $loaded_at

    group by file_number

),

rejected as (

    select
        file_number,
        count(*) as row_count

    from raw.rejected_events

    where loaded_at = $loaded_at

    group by file_number

),

duplicate as (

    select
        arrived.file_number,
        count(*) as row_count

    from arrived

    where arrived.arrival in (select repeated.arrival from repeated)

    group by arrived.file_number

),

-- Files that lie across each other would show here: their lines would be counted wrongly.
physical as (

    select
        file_number,
        max(rowid) - min(rowid) + 1 as row_count

    from parsed

    group by file_number

)

select
    batch.file_number,
    coalesce(physical.row_count, 0) as line_count,
    coalesce(stored.row_count, 0) as stored_count,
    coalesce(duplicate.row_count, 0) as duplicate_count,
    coalesce(rejected.row_count, 0) as rejected_count
from batch
left join physical on batch.file_number = physical.file_number
left join stored on batch.file_number = stored.file_number
left join duplicate on batch.file_number = duplicate.file_number
left join rejected on batch.file_number = rejected.file_number
