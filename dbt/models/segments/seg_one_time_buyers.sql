{#- Bought exactly once so far. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='marketing_email', targets=['crm_files'], review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    orders = 1 as bought_once,
    orders,
    days_since_last_purchase
from {{ ref('ftr_customers') }}
