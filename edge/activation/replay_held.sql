insert into acknowledged
select segment, customer_id, fingerprint, null as fields, ended_at
from (
    select *
    from replayed
    where status = 'delivered'
    qualify row_number() over (partition by segment, customer_id order by sync_number desc, sync_id desc, operation = 'remove') = 1
) as newest
where operation <> 'remove'
