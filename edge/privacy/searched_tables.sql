-- The tables with the columns that hold text, alone or within a value. Grain: one table.
select
    schema_name,
    table_name,
    list(column_name order by column_index) as columns
from duckdb_columns()
where
    not internal
    and database_name = current_database()
    and not regexp_matches(data_type, '^(BOOLEAN|DATE|TIME|INTERVAL|FLOAT|DOUBLE|DECIMAL|U?(TINY|SMALL|BIG|HUGE)?INT)[^\[]*$')
    and (schema_name, table_name) in (
        select
            schema_name,
            table_name
        from duckdb_tables()
    )
group by schema_name, table_name
order by schema_name, table_name
