-- The tables that ingestion fills. Times are UTC without a zone; no keys or indexes (see docs/decisions).
create schema if not exists raw;
create schema if not exists ops;

create table if not exists raw.sources (source varchar, kind varchar, namespace varchar);

-- Which properties of which event are kept; those of an event that is not named here are those of '*'.
create table if not exists raw.tracking_plan (event varchar, property varchar);

create table if not exists raw.events (
    source varchar,
    file varchar,
    file_number bigint,
    line bigint,
    message_id varchar,
    type varchar,
    event varchar,
    name varchar,
    user_id varchar,
    anonymous_id varchar,
    previous_id varchar,
    group_id varchar,
    timestamp timestamp,
    original_timestamp timestamp,
    sent_at timestamp,
    received_at timestamp,
    context json,
    properties json,
    traits json,
    integrations json,
    loaded_at timestamp
);

create table if not exists raw.rejected_events (
    source varchar, file varchar, file_number bigint, line bigint, reason varchar, payload varchar, loaded_at timestamp
);

create table if not exists raw.loaded_files (
    source varchar,
    file varchar,
    file_number bigint,
    sha256 varchar,
    bytes bigint,
    rows_read bigint,
    rows_stored bigint,
    rows_duplicate bigint,
    rows_rejected bigint,
    status varchar,
    error varchar,
    loaded_at timestamp
);

create table if not exists raw.online_retail (
    source varchar,
    file varchar,
    file_number bigint,
    line bigint,
    message_id varchar,
    invoice varchar,
    stock_code varchar,
    description varchar,
    quantity bigint,
    invoice_at timestamp,
    unit_price double,
    customer varchar,
    country varchar,
    loaded_at timestamp
);

create table if not exists raw.customers (
    source varchar,
    file varchar,
    file_number bigint,
    line bigint,
    message_id varchar,
    user_id varchar,
    email varchar,
    phone varchar,
    first_name varchar,
    last_name varchar,
    birthday date,
    age integer,
    gender varchar,
    street varchar,
    city varchar,
    postal_code varchar,
    country varchar,
    preferred_channel varchar,
    updated_at timestamp,
    traits json,
    loaded_at timestamp
);

-- Optional: what the weather was. A later row of the same city and day takes the place of an earlier one.
create table if not exists raw.weather (
    source varchar,
    file varchar,
    file_number bigint,
    line bigint,
    message_id varchar,
    city varchar,
    weather_date date,
    condition varchar,
    temperature_c double,
    loaded_at timestamp
);

-- What we did and decided, as events: one row per line of landing/tessera_ledger.
create table if not exists ops.ledger (
    file varchar, file_number bigint, line bigint, kind varchar, recorded_at timestamp, payload json, loaded_at timestamp
);

-- The moment to evaluate: one row. A null as_of means the newest behaviour event.
create table if not exists ops.moments (as_of timestamp, known_at timestamp);
