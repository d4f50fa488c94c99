select
    count(members.customer_id) filter (where others.customer_id is not null) as common,
    count(members.customer_id) as size,
    count(others.customer_id) as other_size
from analysis.members
full join {others} as others on members.customer_id = others.customer_id
