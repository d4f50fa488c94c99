-- What the subject alone is known by, since when and from where. Grain: one identifier.
select
    resolved.identifier_type,
    resolved.identifier,
    resolved.namespace,
    resolved.source,
    resolved.customer_id,
    resolved.first_seen_at,
    resolved.last_seen_at
from intermediate.int_identifiers_resolved as resolved
semi join subject_names using (namespace, identifier_type, identifier)
order by resolved.identifier_type, resolved.identifier
