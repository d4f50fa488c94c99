-- Files whose rows do not add up, counted anew in the raw tables. No row means all is well.
with

stored as (

    select file_number from raw.events
    union all
    select file_number from raw.online_retail
    union all
    select file_number from raw.customers
    union all
    select file_number from raw.weather
    union all
    select file_number from ops.ledger

),

stored_counts as (

    select
        file_number,
        count(*) as row_count

    from stored

    group by file_number

),

rejected_counts as (

    select
        file_number,
        count(*) as row_count

    from raw.rejected_events

    group by file_number

),

files as (

    select *

    from raw.loaded_files

    where status = 'loaded' or rows_read + rows_stored + rows_duplicate + rows_rejected > 0

),

counted as (

    select
        files.source,
        files.file,
        coalesce(files.rows_read, 0) as rows_read,
        coalesce(files.rows_stored, 0) as rows_stored,
        coalesce(files.rows_duplicate, 0) as rows_duplicate,
        coalesce(files.rows_rejected, 0) as rows_rejected,
        coalesce(stored_counts.row_count, 0) as stored_found,
        coalesce(rejected_counts.row_count, 0) as rejected_found

    from files

    full outer join stored_counts on files.file_number = stored_counts.file_number
    full outer join rejected_counts
        on coalesce(files.file_number, stored_counts.file_number) = rejected_counts.file_number

)

select *
from counted
where
    rows_read <> rows_stored + rows_duplicate + rows_rejected
    or rows_stored <> stored_found
    or rows_rejected <> rejected_found
order by source, file
