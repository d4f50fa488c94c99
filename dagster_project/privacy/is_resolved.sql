select count(*) = 2 as is_resolved
from duckdb_tables()
where
    database_name = current_database()
    and (schema_name, table_name) in (('intermediate', 'int_identifiers_resolved'), ('staging', 'stg_segment__events'))
