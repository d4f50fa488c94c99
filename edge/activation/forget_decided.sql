delete from unacknowledged
using outbox
where
    outbox.sync_id = $sync_id
    and unacknowledged.segment = outbox.segment
    and unacknowledged.customer_id = outbox.customer_id
