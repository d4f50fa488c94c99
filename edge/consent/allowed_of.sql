select
    customer_id,
    purpose
from permitted
where list_contains($customers::varchar[], customer_id)
