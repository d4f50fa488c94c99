select exists (
    select 1 from duckdb_tables()
    where database_name = 'warehouse' and schema_name = 'segments' and table_name = 'dim_flags'
) as has_flags
