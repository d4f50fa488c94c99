-- The views behind the segments, as they were written. Grain: one view.
select view_name, sql
from duckdb_views()
where schema_name = 'conditions' and database_name = current_database() and not internal
order by view_name
