insert into unacknowledged
select segment, customer_id, operation, fingerprint, since_number, status, attempt, reason
from (
    select *
    from replayed
    qualify row_number() over (partition by segment, customer_id order by sync_number desc, sync_id desc, operation = 'remove') = 1
) as newest
where status <> 'delivered'
