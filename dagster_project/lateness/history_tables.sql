select count(*) = 2 as has_history
from duckdb_tables()
where
    database_name = current_database()
    and schema_name = 'segments'
    and table_name in ('fct_segment_history', 'fct_segment_sizes')
