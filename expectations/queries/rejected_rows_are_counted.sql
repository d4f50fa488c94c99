with

refused as (

    select file_number, count(*) as refused
    from {batch}
    group by file_number

)

select 1 as found
from raw.loaded_files as files
full join refused on files.file_number = refused.file_number
where coalesce(files.rows_rejected, 0) <> coalesce(refused.refused, 0)
