create or replace view warehouse.{schema}.{table} as
select relation.*
from live.{schema}.{table} as relation
semi join analysis.{shown} as shown on relation.{key} = shown.{key}
