{#- Buys the cheap end of each category. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='marketing_email', targets=['crm_files'], review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    orders >= {{ segment_limit('price_sensitive_orders') }} as buys_repeatedly,
    price_level <= {{ segment_limit('price_sensitive_level') }} as buys_cheap,
    orders,
    price_level
from {{ ref('ftr_customers') }}
