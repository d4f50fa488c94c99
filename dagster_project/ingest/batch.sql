-- The files of the batch under way, and the rows refused before DuckDB reads them.
create or replace temp table batch (
    file_number bigint, source varchar, file varchar
);

create or replace temp table refusals (
    file_number bigint, line bigint, reason varchar, payload varchar
);
