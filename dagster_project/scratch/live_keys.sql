-- By what the rows of a relation are told to be a customer's. Grain: one relation that has such rows.
select
    schema_name,
    table_name,
    arg_min(column_name, list_position($keys::varchar[], column_name)) as key
from duckdb_columns()
where database_name = 'live' and list_contains($keys::varchar[], column_name)
group by schema_name, table_name
