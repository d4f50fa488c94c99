-- The ledger's lines of one sync, without any value that was sent. Grain: one row sent to a target.
copy (
    select
        'delivery' as kind,
        strftime(syncs.sent_at, '%Y-%m-%dT%H:%M:%S.%fZ') as recorded_at,
        struct_pack(
            target := {target},
            segment := outbox.segment,
            customer_id := outbox.customer_id,
            operation := outbox.operation,
            status := outbox.status,
            attempt := outbox.attempt,
            reason := coalesce(outbox.answer, outbox.reason),
            sent_at := strftime(syncs.sent_at, '%Y-%m-%dT%H:%M:%S.%fZ'),
            run_id := syncs.run_id,
            sync_id := outbox.sync_id,
            fingerprint := outbox.fingerprint,
            is_certain := outbox.is_certain,
            since_number := outbox.since_number,
            ended_at := strftime(outbox.ended_at, '%Y-%m-%dT%H:%M:%S.%fZ')
        ) as payload
    from outbox
    inner join syncs on outbox.sync_id = syncs.sync_id
    where outbox.sync_id = {sync_id} and outbox.status in ('delivered', 'failed', 'rejected')
    order by outbox.operation = 'remove' desc, outbox.segment, outbox.customer_id
) to {path} (format json);
