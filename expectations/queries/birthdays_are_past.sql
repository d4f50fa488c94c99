select 1 as found
from {batch}
where birthday > coalesce(updated_at, loaded_at)
