select
    table_name,
    column_name
from duckdb_columns()
where
    not internal
    and database_name = current_database()
    and list_contains($columns::varchar[], column_name)
order by table_name, column_name
