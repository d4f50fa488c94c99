select
    members_before.trigger_name,
    members_before.customer_id
from warehouse.main.members_before as members_before
anti join warehouse.main.members as members
    on
        members.trigger_name = members_before.trigger_name
        and members.customer_id = members_before.customer_id
