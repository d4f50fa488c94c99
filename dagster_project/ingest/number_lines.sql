-- Lines are counted from 1 within their file, blank ones too.
create or replace temp view arrived as
select
    parsed.*,
    parsed.rowid as arrival,
    parsed.rowid - starts.first_rowid + 1 as line
from parsed
inner join (
    select
        file_number,
        min(rowid) as first_rowid
    from parsed
    group by file_number
) as starts on parsed.file_number = starts.file_number
