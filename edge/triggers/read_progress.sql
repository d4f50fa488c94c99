select
    started_at,
    evaluated_to,
    file_number,
    ledger_number
from progress
