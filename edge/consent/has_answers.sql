select count(*) > 0 as has_answers
from duckdb_tables()
where database_name = 'warehouse' and schema_name = 'marts' and table_name = 'dim_consent_status'
