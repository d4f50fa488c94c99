delete from unsettled
using outbox
where
    outbox.sync_id = $sync_id
    and not outbox.is_certain
    and unsettled.segment = outbox.segment
    and unsettled.customer_id = outbox.customer_id
    and unsettled.fingerprint is not distinct from outbox.fingerprint
