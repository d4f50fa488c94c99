select 1 as found
from {batch}
where rows_read is distinct from rows_stored + rows_duplicate + rows_rejected
