select
    segment,
    entered_at,
    source
from warehouse.segments.fct_segment_members
where customer_id = $customer_id
order by segment
