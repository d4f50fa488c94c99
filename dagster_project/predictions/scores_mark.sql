-- What the scores were made of, as noted when they were written.
select comment
from duckdb_tables()
where database_name = current_database() and schema_name = 'ml' and table_name = 'customer_scores'
