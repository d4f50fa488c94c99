select 1 as found
from {batch}
where "timestamp" > coalesce(received_at, loaded_at) + interval 24 hours
