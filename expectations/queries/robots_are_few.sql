select 1 as found
from {batch}
having count(*) >= 1000 and count(*) filter (where is_bot) > 0.5 * count(*)
