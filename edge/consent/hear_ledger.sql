-- Withdrawals of the ledger that the answers do not hold yet, of the customer and of whom their visitors are now.
insert into consent_refusals
with

refusals as (
    select unnest(
        from_json(
            $refusals,
            '[{"evidence": "varchar", "customer_id": "varchar", "purpose": "varchar", "visitor_ids": ["varchar"]}]'
        ),
        recursive := false
    ) as refusal
),

newer as (
    select refusal
    from refusals
    where refusal.evidence not in (
        select evidence from {catalog}.marts.fct_consents where origin = 'command' and evidence is not null
    )
)

select
    refusal.customer_id as customer_id,
    refusal.purpose as purpose
from newer
union
select
    visitors.customer_id,
    newer.refusal.purpose as purpose
from newer
inner join {catalog}.marts.dim_visitors as visitors
    on list_contains(newer.refusal.visitor_ids, visitors.visitor_id)
