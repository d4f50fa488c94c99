-- What had happened by then, whenever we came to know of it.
create or replace view warehouse.raw.events as
select * from live.raw.events where timestamp <= {moment};

create or replace view warehouse.raw.online_retail as
select * from live.raw.online_retail where invoice_at <= {moment};

create or replace view warehouse.raw.customers as
select * from live.raw.customers where updated_at is null or updated_at <= {moment};
