-- Grain: a pair of segments that share a member at the present moment.
select
    segment_a,
    segment_b,
    intersection,
    jaccard,
    share_of_smaller
from segments.fct_segment_overlaps
where as_of = (select max(as_of) from segments.dim_segments where status != 'retired')
    and jaccard is not null
order by jaccard desc, segment_a, segment_b
