{#- Visits mostly in the evening. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='personalisation', review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    sessions_90_days >= {{ segment_limit('evening_sessions') }} as visits_repeatedly,
    evening_share >= {{ segment_limit('evening_share') }} as visits_in_the_evening,
    sessions_90_days,
    evening_share
from {{ ref('ftr_customers') }}
