select 1 as found
from {batch}
where rows_read = 0 and loaded_at = (select max(loaded_at) from raw.loaded_files)
