-- The rows of one tabular file: the columns that we know, as text, and the whole row as JSON.
create or replace temp table landed_rows as
select
    batch.file_number,
    batch.source,
    {line} as line,
    {columns},
    {document} as document
from read_parquet($path, file_row_number = true) as landed
cross join batch
