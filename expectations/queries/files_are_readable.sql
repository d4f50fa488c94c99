select 1 as found
from {batch}
where error is not null and loaded_at = (select max(loaded_at) from raw.loaded_files)
