-- What was decided earlier and no longer differs needs nothing any more.
delete from unacknowledged
where
    not exists (
        select 1
        from changes
        where unacknowledged.segment = changes.segment and unacknowledged.customer_id = changes.customer_id
    )
