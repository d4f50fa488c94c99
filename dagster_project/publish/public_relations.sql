-- The relations of some schemas, with the signature of their columns and, of a table, how many rows it has.
-- Grain: one relation.
select
    columns.schema_name,
    columns.table_name,
    string_agg(column_name || ' ' || data_type, ', ' order by column_index) as signature,
    list(column_name order by column_index) as column_names,
    coalesce(any_value(tables.estimated_size), 0) as row_count
from duckdb_columns() as columns
left join duckdb_tables() as tables
    on
        columns.database_name = tables.database_name
        and columns.schema_name = tables.schema_name
        and columns.table_name = tables.table_name
where
    columns.database_name = current_database()
    and list_contains($schemas, columns.schema_name)
    and columns.table_name not like '%\_\_dbt\_%' escape '\'
group by columns.schema_name, columns.table_name
order by columns.schema_name, columns.table_name
