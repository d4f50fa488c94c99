-- Every answer of one customer's visitors, oldest first. Grain: one answer, which counts for several of them.
with

answerers as (
    select visitor_id
    from warehouse.marts.dim_visitors
    where customer_id = $customer_id
    union all
    select $customer_id as visitor_id
)

select
    first_answered_at,
    purpose,
    is_granted,
    origin,
    method,
    text_version,
    recorded_by,
    -- stored preferences are no message of their own: the first line that told them
    coalesce(evidence, min(printf('landing file %08d, line %d', file_number, line))) as evidence
from warehouse.marts.fct_consents
where visitor_id in (select visitor_id from answerers)
group by first_answered_at, purpose, is_granted, origin, method, text_version, recorded_by, fct_consents.evidence
order by all
