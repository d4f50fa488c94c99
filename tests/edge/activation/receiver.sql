create schema marts; create schema features; create schema segments;
create table marts.dim_customers (customer_id varchar, country varchar, last_seen_at timestamp);
create table marts.dim_consent_status (
    customer_id varchar, purpose varchar, is_granted boolean, is_explicit boolean, answered_at timestamp
);
create table features.ftr_customers (customer_id varchar);
create table segments.fct_segment_members (customer_id varchar, segment varchar);
create table segments.dim_segments (segment varchar, purpose varchar, status varchar, targets varchar[]);
