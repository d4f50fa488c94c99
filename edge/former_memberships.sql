select
    segment,
    valid_from,
    valid_to,
    ended_as
from warehouse.segments.fct_segment_history
where customer_id = $customer_id and known_to is null and valid_to is not null
order by valid_to desc, segment
