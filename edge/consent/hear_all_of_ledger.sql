-- Withdrawals of the ledger, where there is no table of answers yet.
insert into consent_refusals
select
    refusal.customer_id as customer_id,
    refusal.purpose as purpose
from (
    select unnest(from_json($refusals, '[{"customer_id": "varchar", "purpose": "varchar"}]')) as refusal
) as refusals
