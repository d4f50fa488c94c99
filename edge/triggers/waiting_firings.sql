select
    trigger_name,
    customer_id
from firings
where status = 'waiting' and as_of < $before::timestamp
order by trigger_name, customer_id
