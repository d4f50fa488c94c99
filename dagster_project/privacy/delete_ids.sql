delete from {table}
where {column} in (select id from subject_ids)
