select distinct segment
from temp.changes
order by segment
