delete from acknowledged
using outbox
where
    outbox.sync_id = $sync_id
    and outbox.status = 'delivered'
    and acknowledged.segment = outbox.segment
    and acknowledged.customer_id = outbox.customer_id
