select table_name
from duckdb_columns()
where database_name = current_database() and schema_name = 'ml' and column_name = 'model_version'
order by table_name
