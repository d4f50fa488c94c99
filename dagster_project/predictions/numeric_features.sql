-- The features that are numbers or truths.
select column_name
from duckdb_columns()
where
    database_name = $catalog
    and schema_name = 'features'
    and table_name = 'ftr_customers'
    and column_name not in ('customer_id', 'as_of')
    and (data_type in ('BOOLEAN', 'BIGINT', 'INTEGER', 'DOUBLE') or data_type like 'DECIMAL%')
order by column_index
