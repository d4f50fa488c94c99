create or replace table warehouse.{relation} as
{sql}
