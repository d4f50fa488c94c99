-- Members of whom a sync got every row acknowledged, and when. Grain: one row of theirs in the outbox.
create or replace temp view answered as
select
    sync_id,
    segment,
    customer_id,
    ended_at
from outbox
qualify bool_and(status = 'delivered') over (partition by sync_id, segment, customer_id)
