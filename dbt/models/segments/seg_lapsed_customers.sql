{#- Bought once, but not within the last 60 days. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='marketing_email', targets=['crm_files'], review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    recency_days > {{ segment_limit('lapsed_customer_days') }} as has_lapsed,
    recency_days
from {{ ref('ftr_customers') }}
