insert into unsettled
with

answered as (
    select
        segment,
        customer_id,
        max(sync_number) as sync_number,
        max(ended_at) as ended_at
    from replayed
    where status = 'delivered'
    group by segment, customer_id
),

uncertain as (
    select
        segment,
        customer_id,
        fingerprint,
        max(sync_number) as sync_number,
        max(ended_at) + to_microseconds(({settle_seconds} * 1000000)::bigint) as settled_at
    from replayed
    where not is_certain
    group by segment, customer_id, fingerprint
)

select
    uncertain.segment,
    uncertain.customer_id,
    uncertain.fingerprint,
    null as fields,
    uncertain.settled_at,
    coalesce(answered.sync_number >= uncertain.sync_number, false) as is_answered
from uncertain
left join answered on uncertain.segment = answered.segment and uncertain.customer_id = answered.customer_id
where answered.ended_at is null or answered.ended_at < uncertain.settled_at
