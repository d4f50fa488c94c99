{#- Visits by phone, from a large city and in commuting hours. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='personalisation', parent='mobile_users', review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    days_since_last_visit <= {{ segment_limit('visitor_days') }} as visited_lately,
    device_type = 'mobile' as is_on_mobile,
    is_urban as is_in_large_city,
    commuting_sessions_30_days >= {{ segment_limit('commuting_sessions') }} as visits_while_commuting,
    days_since_last_visit,
    device_type,
    city,
    commuting_sessions_30_days
from {{ ref('ftr_customers') }}
