create or replace view warehouse.{schema}.{table} as
{query}
