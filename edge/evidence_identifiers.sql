select
    identifier_type,
    identifier,
    source,
    first_seen_at
from contacts.marts.dim_customer_identifiers
where customer_id = $customer_id
order by first_seen_at, identifier_type, identifier
