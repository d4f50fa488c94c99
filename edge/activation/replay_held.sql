insert into acknowledged
select segment, customer_id, fingerprint, sent_at
from (
    select *
    from replayed
    qualify
        row_number() over (
            partition by segment, customer_id
            order by split_part(file, '-', 1)::bigint desc, sync_id desc
        ) = 1
) as newest
where operation <> 'remove'
