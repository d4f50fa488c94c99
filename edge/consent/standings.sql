-- What holds for one customer. Grain: one purpose.
select
    consent_defaults.purpose,
    permitted.customer_id is not null as is_permitted,
    case
        when refused.purpose is not null then 'set_since'
        when answers.purpose is null and permitted.customer_id is null and consent_defaults.is_granted then 'retention_ended'
        when answers.purpose is null then 'no_answer'
        when not answers.is_granted then answers.reason
        when consent_defaults.needs_explicit and not answers.is_explicit then 'not_explicit'
        when permitted.customer_id is null then 'retention_ended'
        else answers.reason
    end as reason,
    answers.answered_at
from consent_defaults
left join permitted
    on consent_defaults.purpose = permitted.purpose and permitted.customer_id = $customer_id
left join warehouse.marts.dim_consent_status as answers
    on consent_defaults.purpose = answers.purpose and answers.customer_id = $customer_id
left join (select distinct purpose from consent_refusals where customer_id = $customer_id) as refused
    on consent_defaults.purpose = refused.purpose
order by consent_defaults.purpose
