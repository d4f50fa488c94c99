delete from {table}
where list_contains($ids::varchar[], {column})
