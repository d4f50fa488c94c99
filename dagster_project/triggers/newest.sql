select max(least("timestamp", coalesce(received_at, "timestamp"))) as newest_at
from staged
