-- One row per line of the files, in order; a blank line is a null.
create or replace temp macro landed_lines(paths) as table
select
    batch.file_number,
    batch.modified_at,
    case
        when starts_with(lines.content, '{') then lines.content
        else nullif(trim(lines.content, chr(9) || ' '), '')
    end as content
from read_csv(
    paths,
    columns = {'content': 'varchar'},
    delim = chr(1), quote = '', escape = '', header = false,
    auto_detect = false, strict_mode = false, filename = 'path'
) as lines
inner join batch on lines.path = batch.path;
