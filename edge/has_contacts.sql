select count(*) > 0 as has_contacts from duckdb_databases() where database_name = 'contacts'
