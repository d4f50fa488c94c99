with

-- How large a segment was at each evaluated moment, as it was counted then and as its history has it today: late events and
-- merges do not change the count, only the history. Change the segment. Grain: one evaluated moment.
asked as (
    select 'lapsed_customers' as segment
)

select
    sizes.as_of,
    sizes.known_at as counted_at,
    sizes.size as size_then,
    count(history.customer_id) as size_now,
    count(case when history.known_from > sizes.known_at then 1 end) as learnt_since
from segments.fct_segment_sizes as sizes
inner join asked on sizes.segment = asked.segment
left join segments.fct_segment_history as history
    on
        sizes.segment = history.segment
        and history.valid_from <= sizes.as_of
        and coalesce(history.valid_to > sizes.as_of, true)
        and history.known_to is null
group by sizes.as_of, sizes.known_at, sizes.size
order by sizes.as_of
