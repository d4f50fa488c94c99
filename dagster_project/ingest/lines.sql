-- One row per line of the files, in order; a blank line is a null. A path ends in the file's number
-- and the microsecond of its last change, NUMBER_MICROSECOND.jsonl: a join to look them up would
-- lose the order of lines.
create or replace temp macro landed_lines(paths) as table
select
    regexp_extract(path, '(\d+)_-?\d+\.jsonl(\.gz)?$', 1)::bigint as file_number,
    make_timestamp(regexp_extract(path, '_(-?\d+)\.jsonl(\.gz)?$', 1)::bigint) as modified_at,
    case
        when starts_with(content, '{') then content
        else nullif(trim(content, chr(9) || ' '), '')
    end as content
from read_csv(
    paths,
    columns = {'content': 'varchar'},
    delim = chr(1), quote = '', escape = '', header = false,
    auto_detect = false, strict_mode = false, filename = 'path'
);
