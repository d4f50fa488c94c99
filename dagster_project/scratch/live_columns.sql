select column_name
from duckdb_columns()
where database_name = 'live' and schema_name = $schema and table_name = $table
