select 1 as found
from {batch}
where sha256 is null and status in ('loaded', 'same_content')
