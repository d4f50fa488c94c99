insert into analysis.evaluated
select
    customer_id,
    customer_id as person_id,
    as_of,
    is_member
from warehouse.conditions.{segment}
