select
    visitor_id,
    customer_id,
    is_shared
from published.marts.dim_visitors
where list_contains($visitors::varchar[], visitor_id)
