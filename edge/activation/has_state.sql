-- A state of an earlier layout counts as none: it is rebuilt from the ledger.
select count(*) > 0 as has_state
from duckdb_columns()
where
    database_name = current_database() and schema_name = 'main' and table_name = 'outbox' and column_name = 'is_former'
