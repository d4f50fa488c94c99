select segment, size from segments.dim_segments order by size desc, segment
