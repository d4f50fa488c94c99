-- The limits that segments crossed at the newest moments. Grain: segment and moment.
select
    segment,
    as_of,
    crossings
from segments.fct_segment_health
where
    crossings != ''
    and as_of >= coalesce($since::timestamp, (select max(as_of) from segments.fct_segment_health))
order by as_of, segment
