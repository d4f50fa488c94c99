select *
from firings
where as_of < $before::timestamp
order by as_of, firing_id
