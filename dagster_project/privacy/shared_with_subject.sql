-- What the subject shares with others: it ties nobody together, and must not later. Grain: one identifier.
with

beside as (

    select
        links.namespace_b as namespace,
        links.type_b as identifier_type,
        links.identifier_b as identifier
    from intermediate.int_identifiers_linked as links
    inner join subject_names as names
        on
            links.namespace_a = names.namespace
            and links.type_a = names.identifier_type
            and links.identifier_a = names.identifier
    union
    select
        links.namespace_a,
        links.type_a,
        links.identifier_a
    from intermediate.int_identifiers_linked as links
    inner join subject_names as names
        on
            links.namespace_b = names.namespace
            and links.type_b = names.identifier_type
            and links.identifier_b = names.identifier

)

select
    beside.namespace,
    beside.identifier_type,
    beside.identifier
from beside
semi join (select * from intermediate.int_identifiers_resolved where is_guarded) as guarded
    using (namespace, identifier_type, identifier)
