-- Segments that are large enough to be shown.
select
    segment,
    size
from segments.dim_segments
where size >= $minimum
order by size desc, segment
