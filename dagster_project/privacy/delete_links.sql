-- What tied the subject's identifiers to others, shared ones included.
create or replace temp table erased_links as
select links.link_id
from intermediate.int_identifiers_linked as links
inner join subject_names as names
    on
        (
            links.namespace_a = names.namespace
            and links.type_a = names.identifier_type
            and links.identifier_a = names.identifier
        )
        or (
            links.namespace_b = names.namespace
            and links.type_b = names.identifier_type
            and links.identifier_b = names.identifier
        );

delete from intermediate.int_identifiers_linked
where link_id in (select link_id from erased_links);

delete from intermediate.int_identifiers_resolved as resolved
using subject_names as names
where
    resolved.namespace = names.namespace
    and resolved.identifier_type = names.identifier_type
    and resolved.identifier = names.identifier
