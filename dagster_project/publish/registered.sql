-- The tables and views of segments that are no longer defined stay behind in the warehouse.
select 'seg_' || segment as relation_name
from segments.dim_segments
