select
    source,
    count(*) as files,
    sum(rows_read)::bigint as rows_read,
    sum(rows_stored)::bigint as rows_stored,
    sum(rows_duplicate)::bigint as rows_duplicate,
    sum(rows_rejected)::bigint as rows_rejected,
    count(*) filter (where status = 'failed') as failed
from raw.loaded_files
where source <> 'tessera_ledger'
group by source
order by source
