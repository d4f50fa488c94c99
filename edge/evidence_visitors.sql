select
    identifier_type,
    visitor_id as identifier,
    source,
    null as first_seen_at
from warehouse.marts.dim_visitors
where customer_id = $customer_id
order by all
