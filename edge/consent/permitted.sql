-- Who may be used for what. Grain: one customer and purpose.
create or replace temp view permitted as
select
    customers.customer_id,
    consent_defaults.purpose
from warehouse.marts.dim_customers as customers
cross join consent_defaults
left join consent_answers
    on
        consent_answers.customer_id = customers.customer_id
        and consent_answers.purpose = consent_defaults.purpose
where coalesce(consent_answers.is_granted, consent_defaults.is_granted)
