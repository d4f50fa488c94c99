-- Grain: a segment that there is, or was.
select
    segment,
    description,
    owner,
    purpose,
    parent,
    min_size,
    size,
    share,
    status,
    targets,
    review_date,
    is_trigger,
    as_of
from segments.dim_segments
order by size desc, segment
