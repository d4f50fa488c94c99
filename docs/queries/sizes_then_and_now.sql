with

-- How large a segment was at each evaluated moment, as it was counted then and as its history has it today, and how many
-- members came to be known since, or turned out to be none: late events and merges do not change the count, only the
-- history. Change the segment. Grain: one evaluated moment.
asked as (
    select 'lapsed_customers' as segment
),

believed as (
    select
        sizes.as_of,
        history.customer_id,
        max(case
            when history.known_from <= sizes.known_at and coalesce(history.known_to > sizes.known_at, true) then 1 else 0
        end) as was_member,
        max(case when history.known_to is null then 1 else 0 end) as is_member
    from segments.fct_segment_sizes as sizes
    inner join asked on sizes.segment = asked.segment
    inner join segments.fct_segment_history as history
        on
            sizes.segment = history.segment
            and history.valid_from <= sizes.as_of
            and coalesce(history.valid_to > sizes.as_of, true)
    group by sizes.as_of, history.customer_id
)

select
    sizes.as_of,
    sizes.known_at as counted_at,
    sizes.size as size_then,
    coalesce(sum(believed.is_member), 0) as size_now,
    count(case when believed.is_member > believed.was_member then 1 end) as found_since,
    count(case when believed.is_member < believed.was_member then 1 end) as lost_since
from segments.fct_segment_sizes as sizes
inner join asked on sizes.segment = asked.segment
left join believed on sizes.as_of = believed.as_of
group by sizes.as_of, sizes.known_at, sizes.size
order by sizes.as_of
