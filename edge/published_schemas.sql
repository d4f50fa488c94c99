-- Where a name without a schema is looked up, in this order. Grain: one row.
select string_agg('warehouse.' || schema_name, ',' order by list_position($order, schema_name), schema_name)
from duckdb_schemas()
where database_name = 'warehouse' and not internal
