-- The identifiers that are one customer's alone, with their hashes. Grain: one identifier.
select
    namespace,
    identifier_type,
    identifier,
    visitor_id,
    identifier_hash
from intermediate.int_identifiers_resolved
where customer_id = $customer_id and not is_guarded
