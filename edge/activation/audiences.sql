-- The segments that name this target, and those it still holds members of. Grain: one segment.
create or replace temp table audiences as
with

listed as (
    select
        segment,
        purpose,
        status,
        list_contains(regexp_extract_all(targets::varchar, '\w+'), $target) as is_targeted
    from warehouse.segments.dim_segments
),

held as (
    select segment from acknowledged
    union
    select segment from unsettled
    union
    select segment from unacknowledged
)

select
    coalesce(listed.segment, held.segment) as segment,
    listed.purpose,
    case
        when listed.segment is null then 'gone'
        when not listed.is_targeted then 'not for this target'
        else listed.status
    end as status
from listed
full join held on listed.segment = held.segment
where listed.is_targeted or held.segment is not null
