insert into warehouse.main.members
select
    trigger_name,
    customer_id
from warehouse.main.{view}
