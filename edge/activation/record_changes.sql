-- The order of sending: removals, updates, adds, and each customer once in a wave. Grain: one row to send.
-- The values of an add or update are known by their fingerprint; other values make another removal.
insert into outbox
select
    $sync_id as sync_id,
    row_number() over (order by operation_rank, wave, segment, customer_id) as position,
    operation_rank * 1000000 + wave as wave,
    segment,
    customer_id,
    operation,
    fingerprint,
    left(
        sha256(
            $key
            || sha256(
                $key
                || concat_ws(
                    '|',
                    $target,
                    segment,
                    customer_id,
                    operation,
                    case when operation = 'remove' then coalesce(fields::varchar, '') else fingerprint end,
                    since_number
                )
            )
        ),
        32
    ) as key,
    since_number,
    fields,
    is_former,
    reason,
    'pending' as status,
    attempts as attempt,
    null as answer,
    true as is_certain,
    null as ended_at
from (
    select
        *,
        row_number() over (partition by operation_rank, customer_id order by segment, is_former, fields::varchar) as wave
    from outgoing
) as waves
