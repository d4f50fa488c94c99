select count(*) as row_count
from {table}
where list_contains($ids::varchar[], {column})
