-- An answer came, but what was sent before may still be carried out after it.
update unsettled
set is_answered = true
from outbox
where
    outbox.sync_id = $sync_id
    and outbox.status = 'delivered'
    and unsettled.segment = outbox.segment
    and unsettled.customer_id = outbox.customer_id
