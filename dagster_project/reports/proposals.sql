select
    proposal,
    segment,
    other_segment,
    reason
from segments.dim_segment_proposals
order by proposal, segment, other_segment, reason
