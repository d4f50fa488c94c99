select 1 as found
from {batch}
where type = 'track' and coalesce(event, '') = ''
