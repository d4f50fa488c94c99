insert into firings
select
    payload ->> 'firing_id' as firing_id,
    payload ->> 'trigger' as trigger_name,
    payload ->> 'customer_id' as customer_id,
    (payload ->> 'entered_at')::timestamp as entered_at,
    (payload ->> 'as_of')::timestamp as as_of,
    (payload ->> 'due_at')::timestamp as due_at,
    payload ->> 'status' as status,
    payload ->> 'suppressed_by' as suppressed_by,
    (payload ->> 'fired_at')::timestamp as fired_at,
    payload ->> 'reason' as reason,
    (payload -> 'message_ids')::varchar[] as message_ids,
    payload ->> 'timezone' as timezone
from replayed
