-- The named conditions of each segment. Grain: a condition.
select
    regexp_replace(table_name, '^seg_', '') as segment,
    column_name as condition
from duckdb_columns()
where
    database_name = 'warehouse'
    and schema_name = 'conditions'
    and data_type = 'BOOLEAN'
    and column_name != 'is_member'
order by segment, column_index
