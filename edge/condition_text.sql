select sql
from duckdb_views()
where database_name = 'warehouse' and schema_name = 'conditions' and view_name = $view
