-- The columns of a published table, in order. Grain: one column.
select column_name
from duckdb_columns()
where database_name = 'published' and schema_name = $schema and table_name = $table
order by column_index
