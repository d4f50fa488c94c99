-- The identifiers that are one of these customers' alone, with their hashes. Grain: one identifier.
select
    namespace,
    identifier_type,
    identifier,
    visitor_id,
    identifier_hash
from intermediate.int_identifiers_resolved
where not is_guarded and customer_id in (select unnest($customer_ids::varchar[]))
