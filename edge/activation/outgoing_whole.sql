-- What is sent, for a target that reads the values itself. Grain: one member of one segment.
create or replace temp table outgoing as
select
    segment,
    customer_id,
    operation,
    operation_rank,
    reason,
    fingerprint,
    since_number,
    attempts,
    null::json as fields,
    false as is_former
from changes
