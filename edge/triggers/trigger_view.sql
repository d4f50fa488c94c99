-- Members of one trigger at the tick, with what is said of an entry. Grain: one member.
create view warehouse.main.{view} as
select
    {name} as trigger_name,
    customer_id,
    coalesce({entered_at}, as_of) as entered_at,
    {events} as message_ids,
    to_json(struct_pack({values})) as reason
from ({sql}
) as evaluated
where {conditions}
