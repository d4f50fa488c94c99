-- What a sync will do, segment by segment. Grain: one segment.
with

members as (
    select
        segment,
        count(*) as member_count
    from warehouse.segments.fct_segment_members
    group by segment
),

chosen as (
    select
        segment,
        count(*) as chosen_count,
        count(distinct customer_id) as customer_count
    from wanted
    group by segment
),

counted as (
    select
        segment,
        count(*) filter (where operation = 'add') as added,
        count(*) filter (where operation = 'update') as updated,
        count(*) filter (where operation = 'remove') as removed
    from changes
    group by segment
)

select
    audiences.segment,
    audiences.status,
    coalesce(counted.added, 0) as added,
    coalesce(counted.updated, 0) as updated,
    coalesce(counted.removed, 0) as removed,
    coalesce(chosen.chosen_count, 0) as members,
    case
        when audiences.status = 'active' then coalesce(members.member_count, 0) - coalesce(chosen.chosen_count, 0)
        else 0
    end as held_back,
    coalesce(chosen.chosen_count > chosen.customer_count, false) as has_repeats
from audiences
left join members on audiences.segment = members.segment
left join chosen on audiences.segment = chosen.segment
left join counted on audiences.segment = counted.segment
order by audiences.segment
