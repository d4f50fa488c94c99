-- What must change at the target, and why someone is removed. Grain: one member of one segment.
create or replace temp table changes as
select
    coalesce(wanted.segment, acknowledged.segment) as segment,
    coalesce(wanted.customer_id, acknowledged.customer_id) as customer_id,
    case
        when wanted.customer_id is null then 'remove'
        when acknowledged.customer_id is null then 'add'
        else 'update'
    end as operation,
    case
        when wanted.customer_id is null then 1
        when acknowledged.customer_id is null then 3
        else 2
    end as operation_rank,
    case
        when wanted.customer_id is not null then null
        when audiences.status <> 'active' then 'segment ' || audiences.status
        when members.customer_id is not null then 'no consent'
        else 'left the segment'
    end as reason,
    wanted.* exclude (segment, customer_id)
from wanted
full join acknowledged
    on wanted.segment = acknowledged.segment and wanted.customer_id = acknowledged.customer_id
left join audiences on acknowledged.segment = audiences.segment
left join warehouse.segments.fct_segment_members as members
    on acknowledged.segment = members.segment and acknowledged.customer_id = members.customer_id
where wanted.customer_id is null or wanted.fingerprint is distinct from acknowledged.fingerprint
