-- The last moments evaluated up to the present one. Grain: segment and moment.
select health.*
from segments.fct_segment_health as health
where health.as_of <= (select max(as_of) from segments.dim_segments where status != 'retired')
qualify dense_rank() over (order by health.as_of desc) <= $moments
order by health.segment, health.as_of
