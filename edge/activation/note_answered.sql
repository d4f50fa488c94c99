-- An answer came, but what was sent before may still be carried out after it.
update unsettled
set is_answered = true
from outbox
where
    outbox.sync_id = $sync_id
    and outbox.status = 'delivered'
    and unsettled.segment = outbox.segment
    and unsettled.customer_id = outbox.customer_id
    and not exists (
        select 1
        from outbox as other
        where
            other.sync_id = $sync_id
            and other.status <> 'delivered'
            and other.segment = unsettled.segment
            and other.customer_id = unsettled.customer_id
    )
