create or replace view warehouse.{schema}.{table} as
select * from live.{schema}.{table}
