select
    position,
    wave,
    segment,
    customer_id,
    operation,
    key,
    fields
from outbox
where sync_id = $sync_id and position between $first and $last
order by position
