create or replace temp table counted as
select
    rewritten.*,
    files.file_number,
    files.status,
    files.rows_read - case when files.status = 'loaded' then rewritten.gone else 0 end as rows_read,
    coalesce(rows_by_file.rows_stored, 0) as rows_stored,
    coalesce(rows_by_file.rows_rejected, 0) as rows_rejected
from rewritten
inner join raw.loaded_files as files
    on
        rewritten.source = files.source
        and rewritten.file = files.file
        and coalesce(files.sha256, rewritten.sha256_before) = rewritten.sha256_before
left join rows_by_file on files.file_number = rows_by_file.file_number;

update raw.loaded_files as files
set
    sha256 = case when files.sha256 is not null or counted.is_emptied then counted.sha256_after end,
    bytes = counted.bytes,
    status = case when counted.is_emptied then 'loaded' else files.status end,
    error = case when not counted.is_emptied then files.error end,
    rows_read = counted.rows_read,
    rows_stored = case when files.status = 'loaded' then counted.rows_stored else files.rows_stored end,
    rows_rejected = case when files.status = 'loaded' then counted.rows_rejected else files.rows_rejected end,
    rows_duplicate = case
        when files.status = 'loaded' then counted.rows_read - counted.rows_stored - counted.rows_rejected
        else files.rows_duplicate
    end
from counted
where files.source = counted.source and files.file = counted.file;

-- a kill between this and the renaming may have been noticed
update raw.loaded_files as files
set error = null
from rewritten
where
    files.source = rewritten.source
    and files.file = rewritten.file
    and files.sha256 = rewritten.sha256_after
    and files.error like 'changed after it was loaded%'
