-- Names and types of every column of the warehouse, in order; for the pages of the assets.
select schema_name, table_name, column_name, data_type
from duckdb_columns()
where database_name = current_database()
order by schema_name, table_name, column_index
