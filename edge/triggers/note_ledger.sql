update progress
set ledger_number = $ledger_number
