-- A small warehouse made by hand: 200 customers, 20 days of events, two segments.
create schema raw; create schema ops; create schema intermediate; create schema marts; create schema features;
create schema ml; create schema segments; create schema conditions; create schema activation;

create table raw.loaded_files as
select
    'shop' as source, '0000000' || i || '-day.jsonl' as file, i as file_number, 'sha' || i as sha256,
    100 as rows_read, 99 as rows_stored, 0 as rows_duplicate, 1 as rows_rejected,
    'loaded' as status, timestamp '2026-03-01' as loaded_at
from range(1, 4) as files (i);

create table raw.events as select 'm1' as message_id, '{"email":"raw@private.example"}' as traits;

create table raw.rejected_events as
select
    'shop' as source, '00000001-day.jsonl' as file, 1 as file_number, 7 as line,
    'not an object' as reason, 'payload of rejected@private.example' as payload,
    timestamp '2026-03-01' as loaded_at;

create table ops.ledger (
    file varchar, file_number bigint, line bigint, kind varchar, recorded_at timestamp, payload json, loaded_at timestamp
);
create table ops.moments as select null::timestamp as as_of, timestamp '2026-03-01' as known_at;

create table intermediate.int_moments_evaluated as
select timestamp '2026-01-21' as as_of, timestamp '2026-03-01' as known_at;

create table intermediate.int_events_sessionized as
select
    'm' || i as message_id,
    'shop' as source,
    'Product Viewed' as event,
    timestamp '2026-01-01' + interval (i * 864) second as timestamp,
    'v' || (i % 200) as visitor_id,
    's' || (i // 10) as session_id,
    'p' || (i % 50) as product_id,
    (i % 90)::decimal(18, 4) as value,
    false as is_bot, 1 as file_number, i as line,
    timestamp '2026-03-01' as known_at
from range(2000) as events (i);

create view marts.fct_events as
select message_id, source, event, timestamp, visitor_id, session_id, product_id, value, is_bot, file_number, line
from warehouse.intermediate.int_events_sessionized;

create table marts.dim_customers as
select
    'c' || lpad(i::varchar, 3, '0') as customer_id,
    i % 2 = 0 as is_known, timestamp '2026-01-01' as first_seen_at, timestamp '2026-01-20' as last_seen_at,
    case when i % 3 = 0 then 'FR' else 'DE' end as country
from range(200) as customers (i);

create table marts.dim_customer_contacts as
select
    customer_id,
    customer_id || '@private.example' as email,
    '+4930' || customer_id as phone,
    'Ann ' || customer_id as first_name
from marts.dim_customers;

create table marts.dim_customer_identifiers as
select customer_id, 'user_id' as identifier_type, 'login-' || customer_id as identifier, 'shop' as source
from marts.dim_customers;

create table marts.dim_visitors as
select 'v' || i as visitor_id, 'c' || lpad(i::varchar, 3, '0') as customer_id
from range(200) as visitors (i);

create table marts.dim_products as
select 'p' || i as product_id, 'Thing ' || i as name, 9.5 as price from range(50) as products (i);

create table marts.fct_sessions as
select
    's' || i as session_id, 'v' || (i % 200) as visitor_id, i as page_views, timestamp '2026-01-01 09:00' + to_days(cast(i % 20 as integer)) as started_at
from range(400) as sessions (i);

create table marts.dim_consent_status as
select
    customer_id, purpose, is_granted, false as is_explicit, timestamp '2026-01-10' as answered_at
from marts.dim_customers
cross join (values ('marketing_email', true), ('ads', true)) as answers (purpose, is_granted);

create table features.ftr_customers as
select
    customer_id,
    timestamp '2026-01-21' as as_of,
    ((substr(customer_id, 2))::int % 100)::bigint as open_cart_items,
    45 as open_cart_idle_minutes,
    (substr(customer_id, 2))::int as monetary
from marts.dim_customers;

create table ml.customer_clusters as
select customer_id, timestamp '2026-01-21' as as_of, 1 as cluster, 'browsers' as label, '3' as model_version
from marts.dim_customers;

create view conditions.seg_cart_abandoners as
select
    *,
    coalesce(has_more_than_3_items, false) and coalesce(left_it_for_30_minutes, false) as is_member
from (
    select
        customer_id,
        as_of,
        open_cart_items > 3 as has_more_than_3_items,
        open_cart_idle_minutes > 30 as left_it_for_30_minutes,
        open_cart_items,
        open_cart_idle_minutes
    from "warehouse"."features"."ftr_customers"
) as rule;

create view conditions.seg_loyal as
select *, coalesce(is_high_value, false) and coalesce(is_in_cart, false) as is_member
from (
    select
        ftr_customers.customer_id,
        ftr_customers.as_of,
        ftr_customers.monetary >= 150 as is_high_value,
        seg_cart_abandoners.is_member as is_in_cart,
        ftr_customers.monetary
    from "warehouse"."features"."ftr_customers"
    left join "warehouse"."conditions"."seg_cart_abandoners" using (customer_id)
) as rule;

create table segments.seg_cart_abandoners as
select customer_id, as_of, open_cart_items, open_cart_idle_minutes from conditions.seg_cart_abandoners where is_member;

create table segments.seg_loyal as select customer_id, as_of, monetary from conditions.seg_loyal where is_member;

create table segments.dim_segments as
select * from (
    values
    ('cart_abandoners', 'marketing_email', 50, 'active', ['crm_files', 'ads_files']),
    ('loyal', 'marketing_email', 10, 'active', ['crm_files']),
    ('tiny', 'marketing_email', 50, 'too_small', ['crm_files']),
    ('quiet', 'marketing_email', 1, 'active', []::varchar[])
) as listed (segment, purpose, min_size, status, targets);

create table segments.fct_segment_members as
select customer_id, 'cart_abandoners' as segment, as_of from segments.seg_cart_abandoners
union all
select customer_id, 'loyal', as_of from segments.seg_loyal
union all
select 'c001', 'tiny', timestamp '2026-01-21'
union all
select 'c002', 'quiet', timestamp '2026-01-21';

create table activation.fct_deliveries (
    target varchar, segment varchar, customer_id varchar, operation varchar, status varchar, attempt integer,
    reason varchar, sent_at timestamp, run_id varchar
);
