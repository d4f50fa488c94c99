-- Who the target should hold, with a hash of the values it maps: members of active segments who may be
-- used for the target's purpose and for the segment's. Grain: one member of one segment.
create or replace temp table wanted as
select
    members.segment,
    members.customer_id,
    left(sha256($key || sha256($key || to_json([{texts}]::varchar[])::varchar)), 32) as fingerprint
from warehouse.segments.fct_segment_members as members
inner join audiences on members.segment = audiences.segment and audiences.status = 'active'
inner join permitted as for_target
    on members.customer_id = for_target.customer_id and for_target.purpose = $purpose
inner join permitted as for_segment
    on members.customer_id = for_segment.customer_id and for_segment.purpose = audiences.purpose
{mapped}
