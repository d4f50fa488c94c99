{#- Visited within the last 30 days, last on a phone. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='personalisation', review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    days_since_last_visit <= {{ segment_limit('visitor_days') }} as visited_lately,
    device_type = 'mobile' as is_on_mobile,
    days_since_last_visit,
    device_type
from {{ ref('ftr_customers') }}
