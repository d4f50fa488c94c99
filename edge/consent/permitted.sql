-- Who may be used for what. Age is counted back from the newest trace of anybody, as the moment of features is.
-- Grain: one customer and purpose.
create or replace temp view permitted as
with

customers as (
    select
        customer_id,
        max(last_seen_at) over () - last_seen_at as silence,
        last_seen_at
    from {catalog}.marts.dim_customers
    union all by name
    select newcomers.customer_id
    from consent_newcomers as newcomers
    anti join {catalog}.marts.dim_customers as known on newcomers.customer_id = known.customer_id
)

select
    customers.customer_id,
    consent_defaults.purpose
from customers
cross join consent_defaults
left join consent_answers
    on
        consent_answers.customer_id = customers.customer_id
        and consent_answers.purpose = consent_defaults.purpose
anti join consent_refusals
    on
        consent_refusals.customer_id = customers.customer_id
        and consent_refusals.purpose = consent_defaults.purpose
where
    coalesce(consent_answers.is_granted, consent_defaults.is_granted)
    and (not consent_defaults.needs_explicit or consent_answers.is_explicit)
    and (
        customers.silence is null
        or customers.silence <= consent_defaults.retention
        or customers.silence - (consent_answers.answered_at - customers.last_seen_at) <= consent_defaults.retention
    )
