insert into refusals
select
    $file_number,
    line,
    reason,
    payload
from read_parquet($path)
