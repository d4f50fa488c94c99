create or replace table warehouse.{schema}.{table} as
{query}
