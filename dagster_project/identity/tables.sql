-- What identity resolution writes; the tables exist before the first resolution so that dbt can read them.
create schema if not exists intermediate;
create schema if not exists ops;

create table if not exists intermediate.int_identifiers_resolved (
    identifier_id bigint,
    namespace varchar,
    identifier_type varchar,
    identifier varchar,
    source varchar,
    customer_id varchar,
    visitor_id varchar,
    identifier_hash varchar,
    is_guarded boolean,
    people_count bigint,
    group_id bigint,
    first_file_number bigint,
    first_line bigint,
    first_seen_at timestamp,
    last_seen_at timestamp,
    events_loaded_at timestamp
);

create table if not exists intermediate.int_customers_merged (
    loser_customer_id varchar,
    customer_id varchar,
    merged_at timestamp,
    known_at timestamp,
    file_number bigint,
    line bigint,
    group_id bigint
);

-- How far the tables above go: by which method (keys and limits, hashed), over which links. One row once they were made.
create table if not exists ops.identity_progress (
    method varchar, arrival bigint, links bigint, links_hash varchar, loaded_at timestamp
);
