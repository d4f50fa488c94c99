-- What features and segments read, with the columns of the marts' contracts that they use. All empty.
create schema if not exists intermediate;
create schema if not exists marts;
create schema if not exists ml;
create schema if not exists ops;
create schema if not exists segments;
create schema if not exists staging;

create or replace table staging.stg_segment__order_events (
    message_id varchar, source varchar, namespace varchar, user_id varchar, anonymous_id varchar, order_id varchar,
    event varchar, timestamp timestamp, file_number bigint, line bigint, revenue decimal(18, 4),
    value decimal(18, 4)
);

create or replace table staging.stg_weather__days (city varchar, weather_date date, is_wet boolean);

create or replace table staging.stg_segment__order_lines (
    message_id varchar, product_id varchar, category varchar, brand varchar, quantity double,
    price decimal(18, 4), list_price decimal(18, 4)
);

create or replace table intermediate.int_orders_corrected (
    source varchar, order_id varchar, file_number bigint, line bigint, ordered_at timestamp
);

create or replace table intermediate.int_identifiers_resolved (
    namespace varchar, identifier_type varchar, identifier varchar, customer_id varchar, visitor_id varchar
);

create or replace table intermediate.int_moments_evaluated (
    as_of timestamp, known_at timestamp, is_of_clock boolean default false
);

create or replace table intermediate.int_events_sessionized (
    message_id varchar, source varchar, visitor_id varchar, session_id varchar, session_started_at timestamp, type varchar, event varchar,
    timestamp timestamp, received_at timestamp, is_bot boolean, page_path varchar, product_id varchar, category varchar, brand varchar,
    price decimal(18, 4), list_price decimal(18, 4), margin_share double, quantity double, search_query varchar, dwell_seconds decimal(18, 3), scroll_depth_share decimal(9, 6),
    known_at timestamp
);

create or replace table intermediate.int_sessions_summed (session_id varchar, started_at timestamp);

create or replace table intermediate.int_traits_observed (
    customer_id varchar, observed_at timestamp, file_number bigint, line bigint, birthday date, age integer, gender varchar, country varchar,
    city varchar, locale varchar, preferred_channel varchar
);

create or replace table intermediate.int_customer_orders_timed (customer_id varchar, ordered_at timestamp);

create or replace table intermediate.int_invoices_summed (
    customer_id varchar, invoice varchar, country varchar, invoice_at timestamp
);

create or replace table marts.dim_customers (customer_id varchar, first_seen_at timestamp);

create or replace table marts.dim_customer_identifiers (
    customer_id varchar, identifier_type varchar, first_seen_at timestamp
);

create or replace table marts.dim_visitors (visitor_id varchar, customer_id varchar);

create or replace table marts.fct_sessions (
    session_id varchar, visitor_id varchar, customer_id varchar, started_at timestamp, ended_at timestamp,
    device_type varchar, country varchar, city varchar, locale varchar, referrer varchar, campaign_name varchar,
    exit_path varchar, is_bot boolean, engaged_seconds decimal(18, 3), promotion_views bigint, promotion_clicks bigint
);

create or replace table intermediate.int_orders_united (
    order_id varchar, source varchar, customer_id varchar, ordered_at timestamp, revenue decimal(18, 4)
);

create or replace table marts.fct_orders as from intermediate.int_orders_united;

create or replace table intermediate.int_order_lines_united (
    order_id varchar, source varchar, line_number bigint, customer_id varchar, ordered_at timestamp,
    product_id varchar, category varchar, brand varchar, quantity double, price decimal(18, 4),
    list_price decimal(18, 4), is_goods boolean
);

create or replace table intermediate.int_refunds_united (
    refund_id varchar, order_id varchar, source varchar, customer_id varchar, refunded_at timestamp,
    amount decimal(18, 4)
);

create or replace table ml.customer_clusters (
    customer_id varchar, as_of timestamp, cluster integer, label varchar, distance double, model_version varchar
);

create or replace table ops.ledger (
    file varchar, file_number bigint, line bigint, kind varchar, recorded_at timestamp, payload json,
    loaded_at timestamp
);


create or replace table segments.late_memberships (
    customer_id varchar, segment varchar, as_of timestamp, is_member boolean, known_at timestamp
);
