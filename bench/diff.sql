-- A generation of {members} customers, each a member of one of five segments, all of them asked.
create schema marts; create schema segments; create schema features;
create table marts.dim_customers as
select 'c' || left(md5(number::varchar), 24) as customer_id, ['DE', 'FR', 'IT', 'ES'][1 + number % 4] as country,
    timestamp '2026-03-01' as last_seen_at
from range({members}) as numbers (number);
create table marts.dim_consent_status as
select
    customer_id, 'marketing_email' as purpose, true as is_granted, false as is_explicit,
    timestamp '2026-02-01' as answered_at
from marts.dim_customers;
create table features.ftr_customers as
select customer_id, hash(customer_id) % 100 as open_cart_items from marts.dim_customers;
create table segments.fct_segment_members as
select customer_id, 'segment_' || (hash(customer_id) % 5) as segment from marts.dim_customers;
create table segments.dim_segments as
select 'segment_' || number as segment, 'marketing_email' as purpose, 'active' as status, ['bench'] as targets
from range(5) as numbers (number);
