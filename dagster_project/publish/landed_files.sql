-- What was loaded, but for our own ledger. Grain: one file.
select source, file, sha256
from raw.loaded_files
where source <> 'tessera_ledger'
order by source, file, sha256
