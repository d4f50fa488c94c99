-- What a sync finds, segment by segment. Grain: one segment.
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
        count(*) as chosen_count
    from wanted
    group by segment
),

counted as (
    select
        segment,
        count(*) filter (where operation = 'add' and not is_refused) as added,
        count(*) filter (where operation = 'update' and not is_refused) as updated,
        count(*) filter (where operation = 'remove' and not is_refused) as removed,
        count(*) filter (where is_refused) as refused
    from changes
    group by segment
)

select
    audiences.segment,
    audiences.status,
    coalesce(counted.added, 0) as added,
    coalesce(counted.updated, 0) as updated,
    coalesce(counted.removed, 0) as removed,
    coalesce(counted.refused, 0) as refused,
    coalesce(chosen.chosen_count, 0) as members,
    case
        when audiences.status = 'active' then coalesce(members.member_count, 0) - coalesce(chosen.chosen_count, 0)
        else 0
    end as held_back
from audiences
left join members on audiences.segment = members.segment
left join chosen on audiences.segment = chosen.segment
left join counted on audiences.segment = counted.segment
order by audiences.segment
