-- Before dbt makes the schema.
create schema if not exists segments;

-- Which arrivals were looked at: those loaded after `since`, up to `until`. Grain: one refresh.
create table if not exists ops.late_evaluations (since timestamp, until timestamp);

-- Memberships of past moments that late events changed. Grain: one customer, segment, moment and time of learning it.
create table if not exists segments.late_memberships (
    customer_id varchar, segment varchar, as_of timestamp, is_member boolean, known_at timestamp
);
