-- The triggers that somebody entered at this tick. Grain: one trigger.
select distinct members.trigger_name
from warehouse.main.members as members
anti join warehouse.main.members_before as members_before
    on
        members.trigger_name = members_before.trigger_name
        and members.customer_id = members_before.customer_id
