create schema if not exists ml;
create schema if not exists intermediate;

-- Whose data models may read: they withdrew neither from being measured nor from being treated personally.
create table if not exists intermediate.int_customers_learnable (customer_id varchar)
