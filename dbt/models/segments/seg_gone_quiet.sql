{#- Was active on several days of the last week and has been silent for 48 hours. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='marketing_email', targets=['crm_files'], review_date='2027-03-31') }}

select
    customers.customer_id,
    customers.as_of,
    recents.active_days >= {{ segment_limit('active_spell_days') }} as was_active,
    recents.hours_since_last_event >= {{ segment_limit('quiet_hours') }} as is_quiet,
    recents.active_days,
    recents.hours_since_last_event
from {{ ref('ftr_customers') }} as customers
left join {{ ref('ftr_recents') }} as recents
    on customers.customer_id = recents.customer_id and customers.as_of = recents.as_of
