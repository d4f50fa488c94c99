-- Withdrawals of the ledger that no refresh has seen, from when they were decided.
insert into consent_refusals
with

refusals as (
    select unnest(
        from_json(
            $refusals,
            '[{"evidence": "varchar", "customer_id": "varchar", "purpose": "varchar", "decided_at": "varchar"}]'
        ),
        recursive := true
    )
)

select
    entries.entry_id,
    refusals.purpose
from refusals
inner join warehouse.main.entries as entries
    on
        refusals.customer_id = entries.customer_id
        and cast(cast(refusals.decided_at as timestamptz) as timestamp) <= entries.asked_at
where refusals.evidence not in (
    select consents.evidence from published.marts.fct_consents as consents
    where consents.origin = 'command' and consents.evidence is not null
)
