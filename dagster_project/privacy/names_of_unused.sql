-- Grain: one identifier.
select
    namespace,
    identifier_type,
    identifier,
    visitor_id,
    identifier_hash
from intermediate.int_identifiers_resolved
where not is_guarded and customer_id in (select customer_id from unused_customers)
