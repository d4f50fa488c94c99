-- An answer came, but what was sent before may still be carried out after it.
update unsettled
set is_answered = true
from answered
where
    answered.sync_id = $sync_id
    and unsettled.segment = answered.segment
    and unsettled.customer_id = answered.customer_id
