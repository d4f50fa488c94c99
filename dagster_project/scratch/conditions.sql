create or replace view warehouse.conditions.{table} as
select
    *,
    {all_hold} as is_member
from ({query}
) as evaluated
