delete from {table}
where (file_number, line) in (select file_number, line from erased_lines)
