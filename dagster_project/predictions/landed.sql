-- Which files everything was made of: what we did ourselves teaches no model.
select
    source,
    sha256
from {catalog}.raw.loaded_files
where source <> 'tessera_ledger'
order by all
