-- What came of a sync. Grain: one segment.
select
    segment,
    count(*) filter (where status = 'delivered' and operation = 'add') as added,
    count(*) filter (where status = 'delivered' and operation = 'update') as updated,
    count(*) filter (where status = 'delivered' and operation = 'remove') as removed,
    count(*) filter (where status in ('failed', 'pending', 'in_flight')) as failed,
    count(*) filter (where status = 'rejected') as rejected
from outbox
where sync_id = $sync_id and not is_former
group by segment
order by segment
