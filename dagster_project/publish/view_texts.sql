-- The views that are published as views, as they were written: the conditions behind segments, and
-- features that are views. Grain: one view.
select schema_name || '.' || view_name as name, sql
from duckdb_views()
where schema_name in ('conditions', 'features') and database_name = current_database() and not internal
order by name
