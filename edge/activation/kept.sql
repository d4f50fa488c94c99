-- Whom the target will hold after this sync. Grain: one member of one segment.
create or replace temp view kept as
select
    acknowledged.segment,
    acknowledged.customer_id
from acknowledged
anti join changes
    on
        changes.operation = 'remove'
        and acknowledged.segment = changes.segment
        and acknowledged.customer_id = changes.customer_id
union all
select
    segment,
    customer_id
from changes
where operation = 'add'
