select 1 as found
from {batch}
where user_id is null and anonymous_id is null
