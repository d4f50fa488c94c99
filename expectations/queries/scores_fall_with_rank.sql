select 1 as found
from {batch}
qualify score > lag(score) over (partition by customer_id order by rank)
