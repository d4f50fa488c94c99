{#- Buys more than once a month and has not lapsed. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='marketing_email', targets=['crm_files'], review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    orders_90_days >= {{ segment_limit('frequent_buyer_orders') }} as buys_often,
    recency_days <= {{ segment_limit('lapsed_customer_days') }} as has_not_lapsed,
    orders_90_days,
    recency_days
from {{ ref('ftr_customers') }}
