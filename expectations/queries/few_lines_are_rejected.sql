with

newest as (

    select sum(rows_read) as rows_read, sum(rows_rejected) as rows_rejected
    from raw.loaded_files
    where loaded_at = (select max(loaded_at) from raw.loaded_files)

),

refused as (

    select count(*) as refused from {batch}

)

select 1 as found
from newest
cross join refused
where newest.rows_rejected > 0.05 * newest.rows_read and refused.refused > 0
