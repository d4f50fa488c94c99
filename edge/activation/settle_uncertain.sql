-- What ended without an answer. Grain: one content of one member of one segment.
insert into unsettled
select
    segment,
    customer_id,
    fingerprint,
    case when operation <> 'remove' then fields end as fields,
    ended_at + to_microseconds(({settle_seconds} * 1000000)::bigint) as settled_at,
    status = 'delivered' as is_answered
from outbox
where sync_id = $sync_id and not is_certain
