-- The relations of some schemas, with the signature of their columns. Grain: one relation.
select
    schema_name,
    table_name,
    string_agg(column_name || ' ' || data_type, ', ' order by column_index) as signature,
    list(column_name order by column_index) as column_names
from duckdb_columns()
where
    database_name = current_database()
    and list_contains($schemas, schema_name)
    and table_name not like '%\_\_dbt\_%' escape '\'
group by schema_name, table_name
order by schema_name, table_name
