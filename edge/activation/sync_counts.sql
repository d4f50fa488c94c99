select
    segment,
    count(*) filter (where operation = 'add') as added,
    count(*) filter (where operation = 'update') as updated,
    count(*) filter (where operation = 'remove') as removed
from outbox
where sync_id = $sync_id
group by segment
order by segment
