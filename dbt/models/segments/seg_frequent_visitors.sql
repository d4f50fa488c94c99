{#- Visits more than once a week. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='personalisation', review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    sessions_30_days >= {{ segment_limit('frequent_visitor_sessions') }} as visits_often,
    sessions_30_days
from {{ ref('ftr_customers') }}
