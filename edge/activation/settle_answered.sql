-- What was answered is settled once nothing sent before can be carried out late.
delete from unsettled
using outbox
where
    outbox.sync_id = $sync_id
    and outbox.status = 'delivered'
    and unsettled.segment = outbox.segment
    and unsettled.customer_id = outbox.customer_id
    and unsettled.settled_at <= outbox.ended_at
