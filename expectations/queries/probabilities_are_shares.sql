select 1 as found
from {batch}
where score not in ('expected_orders', 'lifetime_value') and value > 1
