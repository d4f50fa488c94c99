-- Members with the values that a target maps, as ``told``. Grain: one member of one segment.
create or replace temp view {name} as
select
    told_members.*,
    {values} as told
from {relation} as told_members
{mapped}
