select
    count(*) filter (where members.customer_id is not null and others.customer_id is not null) as common,
    count(members.customer_id) as size,
    count(others.customer_id) as other_size
from warehouse.segments.{segment} as members
full join live.segments.{other} as others on members.customer_id = others.customer_id
