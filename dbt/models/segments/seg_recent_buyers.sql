{#- Bought within the last 30 days and did not give it all back. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='marketing_email', targets=['crm_files'], review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    recency_days <= {{ segment_limit('recent_buyer_days') }} as bought_recently,
    recency_days
from {{ ref('ftr_customers') }}
