select count(*) > 0 as has_mart
from information_schema.tables
where table_catalog = $catalog and table_schema = 'marts' and table_name = $table
