-- Who the target should hold, with a keyed hash of the values it maps: members of active segments who may be
-- used for the target's purpose and for the segment's. Grain: one member of one segment.
-- Half of a SHA-256 tells nothing to whoever has not the key, and cannot be carried on from.
create or replace temp table wanted as
select
    members.segment,
    members.customer_id,
    left(sha256($key || to_json([{texts}]::varchar[])::varchar), 32) as fingerprint
from warehouse.segments.fct_segment_members as members
inner join audiences on members.segment = audiences.segment and audiences.status = 'active'
inner join consented as for_target
    on members.customer_id = for_target.customer_id and for_target.purpose = $purpose
{for_segment}
{mapped}
