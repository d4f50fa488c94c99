with

-- Who was in a segment on a day, as it was known at another time: change these three values. Grain: one member.
asked as (
    select
        'lapsed_customers' as segment,
        timestamp '2026-03-01 00:00:00' as valid_at,
        timestamp '2026-03-05 00:00:00' as known_at
)

select
    history.customer_id,
    history.valid_from,
    history.valid_to,
    history.known_from,
    history.known_to
from segments.fct_segment_history as history
inner join asked
    on
        history.segment = asked.segment
        and history.valid_from <= asked.valid_at
        and coalesce(history.valid_to > asked.valid_at, true)
        and history.known_from <= asked.known_at
        and coalesce(history.known_to > asked.known_at, true)
order by history.customer_id
