-- Files whose rows do not add up, counted anew in the raw tables. No row means all is well.
with

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
        coalesce(rows_by_file.rows_stored, 0) as stored_found,
        coalesce(rows_by_file.rows_rejected, 0) as rejected_found

    from files

    full outer join rows_by_file on files.file_number = rows_by_file.file_number

)

select *
from counted
where
    rows_read <> rows_stored + rows_duplicate + rows_rejected
    or rows_stored <> stored_found
    or rows_rejected <> rejected_found
order by source, file
