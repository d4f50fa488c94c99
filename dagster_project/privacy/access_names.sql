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
semi join subject_names as names
    on
        resolved.namespace = names.namespace
        and resolved.identifier_type = names.identifier_type
        and resolved.identifier = names.identifier
order by resolved.identifier_type, resolved.identifier
