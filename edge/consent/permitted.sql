-- Who may be used for what. Grain: one customer and purpose.
create or replace temp view permitted as
with

customers as (
    select customer_id from warehouse.marts.dim_customers
    union
    select customer_id from consent_newcomers
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
where coalesce(consent_answers.is_granted, consent_defaults.is_granted)
