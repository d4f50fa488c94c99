select count(*) || ' ' || coalesce(sum(hash(hash(customer_id, purpose))), 0)
from permitted
