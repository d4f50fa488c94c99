-- DuckDB's own reading of the same files, as text lines: what ingestion is measured against.
select count(*) as lines, sum(strlen(line)) + count(*) as bytes
from read_csv(
    $files, columns = {'line': 'varchar'}, delim = '\x01', quote = '', escape = '', header = false,
    auto_detect = false, ignore_errors = true
)
