select coalesce(max(sync_number), 0) + 1 as sync_number
from syncs
