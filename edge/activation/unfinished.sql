select sync_id
from syncs
where not is_complete
order by sync_number
