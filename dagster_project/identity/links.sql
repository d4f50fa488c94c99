-- The links that were written since, with all others of the groups that they touch: within a group anything may
-- change, outside nothing does.
with

links as (

    select * from intermediate.int_identifiers_linked

),

changed as (

    select * from links where loaded_at > $loaded_at

),

named as (

    select namespace_a as namespace, type_a as identifier_type, identifier_a as identifier from changed

    union

    select namespace_b, type_b, identifier_b from changed where type_b is not null

),

groups as (

    select distinct group_id
    from intermediate.int_identifiers_resolved
    semi join named using (namespace, identifier_type, identifier)

),

members as (

    select * from intermediate.int_identifiers_resolved
    semi join groups using (group_id)

),

touched as (

    select * from changed

    union all

    select links.*
    from links
    semi join members
        on
            links.namespace_a = members.namespace
            and links.type_a = members.identifier_type
            and links.identifier_a = members.identifier
    where links.loaded_at <= $loaded_at

)

select
    namespace_a,
    type_a,
    identifier_a,
    namespace_b,
    type_b,
    identifier_b,
    source,
    first_file_number,
    first_line,
    first_seen_at,
    last_seen_at,
    first_received_at,
    events_loaded_at
from touched
