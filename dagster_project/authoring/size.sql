select
    count(*) as customers,
    count(*) filter (where is_member) as size
from warehouse.conditions.{segment}
