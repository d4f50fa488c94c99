select
    entries.customer_id,
    permitted.purpose,
    entries.asked_at
from permitted
inner join warehouse.main.entries as entries on permitted.customer_id = entries.entry_id
