-- What the history did not take up, because its run ended before, is found again by the next one.
delete from segments.late_memberships as found
where not exists (
    select 1
    from segments.fct_segment_history as history
    where
        history.customer_id = found.customer_id
        and history.segment = found.segment
        and found.known_at in (history.known_from, history.known_to)
)
