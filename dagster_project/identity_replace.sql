-- The frames `identifiers` and `merges` take the place of the tables, at once or not at all.
-- The casts are for empty frames, whose columns have no types.
begin transaction;

create or replace table intermediate.int_identifiers_resolved as
select
    identifier_id::bigint as identifier_id,
    namespace::varchar as namespace,
    identifier_type::varchar as identifier_type,
    identifier::varchar as identifier,
    source::varchar as source,
    customer_id::varchar as customer_id,
    visitor_id::varchar as visitor_id,
    identifier_hash::varchar as identifier_hash,
    is_guarded::boolean as is_guarded,
    people_count::bigint as people_count,
    first_file_number::bigint as first_file_number,
    first_line::bigint as first_line,
    first_seen_at::timestamp as first_seen_at,
    last_seen_at::timestamp as last_seen_at,
    events_loaded_at::timestamp as events_loaded_at
from identifiers;

create or replace table intermediate.int_customers_merged as
select
    loser_customer_id::varchar as loser_customer_id,
    customer_id::varchar as customer_id,
    merged_at::timestamp as merged_at,
    known_at::timestamp as known_at,
    file_number::bigint as file_number,
    line::bigint as line
from merges;

create or replace table ops.identity_state as
select fingerprint::varchar as fingerprint from state;

commit;
