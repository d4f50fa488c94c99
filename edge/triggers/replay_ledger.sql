-- What newer ledger files say, the last word of each firing. Grain: one firing.
create or replace temp table replayed as
select
    parse_path(filename)[-1] as file,
    payload
from read_json(
    $files::varchar[],
    format = 'newline_delimited',
    columns = {kind: 'varchar', payload: 'json'},
    filename = true
)
where kind = 'trigger_firing'
qualify
    row_number() over (
        partition by payload ->> 'firing_id'
        order by split_part(file, '-', 1)::bigint desc, (payload ->> 'sequence')::bigint desc
    ) = 1
