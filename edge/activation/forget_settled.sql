-- Nothing hangs on what was answered and settled and says what the target holds anyway.
delete from unsettled
where
    is_answered
    and settled_at <= $now::timestamp
    and not exists (
        select 1
        from unsettled as other
        where
            other.segment = unsettled.segment
            and other.customer_id = unsettled.customer_id
            and other.fingerprint is distinct from unsettled.fingerprint
    )
    and fingerprint is not distinct from (
        select acknowledged.fingerprint
        from acknowledged
        where acknowledged.segment = unsettled.segment and acknowledged.customer_id = unsettled.customer_id
    )
