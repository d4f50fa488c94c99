-- Grain: one relation of the warehouse.
select
    schema_name,
    table_name
from duckdb_tables()
where database_name = 'live' and not internal

union all

select
    schema_name,
    view_name
from duckdb_views()
where database_name = 'live' and not internal
order by all
