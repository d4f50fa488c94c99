select count(*) > 0 as has_table
from information_schema.tables
where table_catalog = $catalog and table_schema = $schema and table_name = $table
