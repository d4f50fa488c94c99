-- The columns of one table or view, in their order.
select column_name, data_type, is_nullable
from duckdb_columns()
where
    database_name = current_database()
    and schema_name = $1
    and table_name = $2
order by column_index
