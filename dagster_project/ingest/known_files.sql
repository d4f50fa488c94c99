select
    source,
    file,
    file_number,
    bytes,
    status,
    sha256,
    error,
    rows_read,
    rows_stored,
    rows_duplicate,
    rows_rejected
from raw.loaded_files
