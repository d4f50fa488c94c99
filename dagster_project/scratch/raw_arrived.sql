-- Identities are resolved anew, from nothing.
drop view if exists warehouse.ops.identity_progress;

-- What had arrived by then: events when they were received; rows of tables, which say nothing of it, when they date from.
create or replace view warehouse.raw.events as
select * from live.raw.events where received_at <= {arrival};

create or replace view warehouse.raw.online_retail as
select * from live.raw.online_retail where invoice_at <= {arrival};

create or replace view warehouse.raw.customers as
select * from live.raw.customers where updated_at is null or updated_at <= {arrival};
