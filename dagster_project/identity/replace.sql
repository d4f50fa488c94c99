-- The frames `identifiers` and `merges` hold whole groups; they take the place of what was known of these.
-- An identifier keeps its number; new ones, which arrived later than all others, go on from there.
create or replace temp table numbered as
select
    identifiers.identifier_id::bigint as position,
    known.group_id,
    coalesce(
        known.identifier_id,
        coalesce((select max(identifier_id) from intermediate.int_identifiers_resolved), 0)
        + row_number() over (partition by known.identifier_id is null order by identifiers.identifier_id)
    ) as identifier_id
from identifiers
left join intermediate.int_identifiers_resolved as known
    on
        identifiers.namespace = known.namespace
        and identifiers.identifier_type = known.identifier_type
        and identifiers.identifier = known.identifier;

delete from intermediate.int_customers_merged
where group_id in (select group_id from numbered);

delete from intermediate.int_identifiers_resolved
where group_id in (select group_id from numbered);

-- the casts are for empty frames, whose columns have no types
insert into intermediate.int_identifiers_resolved by name
select
    numbered.identifier_id,
    identifiers.namespace::varchar as namespace,
    identifiers.identifier_type::varchar as identifier_type,
    identifiers.identifier::varchar as identifier,
    identifiers.source::varchar as source,
    identifiers.customer_id::varchar as customer_id,
    identifiers.visitor_id::varchar as visitor_id,
    identifiers.identifier_hash::varchar as identifier_hash,
    identifiers.is_guarded::boolean as is_guarded,
    identifiers.people_count::bigint as people_count,
    firsts.identifier_id as group_id,
    identifiers.first_file_number::bigint as first_file_number,
    identifiers.first_line::bigint as first_line,
    identifiers.first_seen_at::timestamp as first_seen_at,
    identifiers.last_seen_at::timestamp as last_seen_at,
    identifiers.events_loaded_at::timestamp as events_loaded_at
from identifiers
inner join numbered on identifiers.identifier_id = numbered.position
inner join numbered as firsts on identifiers.group_id = firsts.position;

insert into intermediate.int_customers_merged by name
select
    merges.loser_customer_id::varchar as loser_customer_id,
    merges.customer_id::varchar as customer_id,
    merges.merged_at::timestamp as merged_at,
    merges.known_at::timestamp as known_at,
    merges.file_number::bigint as file_number,
    merges.line::bigint as line,
    firsts.identifier_id as group_id
from merges
inner join numbered as firsts on merges.group_id = firsts.position;

drop table numbered;
