-- The tables whose rows are known by a line of a landing file, or by keyed ids. Grain: one table.
select
    schema_name,
    table_name,
    list(column_name) filter (where list_contains($id_columns::varchar[], column_name)) as id_columns,
    count(*) filter (where column_name in ('file_number', 'line')) = 2 as has_lines
from duckdb_columns()
where
    database_name = current_database()
    and not internal
    and (schema_name, table_name) in (
        select
            schema_name,
            table_name
        from duckdb_tables()
        where not temporary
    )
group by schema_name, table_name
having len(id_columns) > 0 or has_lines
order by schema_name, table_name
