-- What the recommendations in the warehouse were made from.
select comment
from duckdb_tables()
where
    database_name = current_database()
    and schema_name = 'ml'
    and table_name = 'recommendations'
