-- Who the members are, as one hash a segment, so that a rebuild can be compared. Grain: one segment.
select
    segment,
    count(*) as members,
    sha256(string_agg(customer_id, ',' order by customer_id)) as members_hash
from segments.fct_segment_members
group by segment
order by segment
