-- The segments that can be explained. Grain: one segment.
select distinct regexp_replace(table_name, '^seg_', '') as segment
from duckdb_columns()
where database_name = 'warehouse' and schema_name = 'conditions' and table_name like 'seg\_%' escape '\'
order by segment
