select segment, size, round(share, 4) as share, status, purpose, targets::varchar as targets
from segments.dim_segments
order by size desc, segment
