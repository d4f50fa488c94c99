-- The lines that go of files that the tables still know as they were. Grain: one line.
create or replace temp table erased_lines as
select
    given_lines.file_number,
    given_lines.line
from given_lines
semi join raw.loaded_files as files
    on given_lines.file_number = files.file_number and given_lines.before = files.sha256
