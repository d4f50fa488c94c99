-- An earlier try of the same sync may have had an unknown end already. Grain: one row that was sent.
update outbox
set
    status = outcomes.status,
    answer = outcomes.reason,
    is_certain = outcomes.is_certain,
    attempt = outbox.attempt + (outcomes.status <> 'pending')::int,
    ended_at = case when outcomes.status <> 'pending' then $now::timestamp end
from (
    select
        unnest($positions::bigint[]) as position,
        unnest($statuses::varchar[]) as status,
        unnest($reasons::varchar[]) as reason,
        unnest($certain::boolean[]) as is_certain
) as outcomes
where outbox.sync_id = $sync_id and outbox.position between $first and $last and outbox.position = outcomes.position
