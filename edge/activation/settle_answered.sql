-- What was answered is settled once nothing sent before can be carried out late.
delete from unsettled
using outbox
where
    outbox.sync_id = $sync_id
    and outbox.status = 'delivered'
    and unsettled.segment = outbox.segment
    and unsettled.customer_id = outbox.customer_id
    and unsettled.settled_at <= outbox.ended_at
    and not exists (
        select 1
        from outbox as other
        where
            other.sync_id = $sync_id
            and other.status <> 'delivered'
            and other.segment = unsettled.segment
            and other.customer_id = unsettled.customer_id
    )
