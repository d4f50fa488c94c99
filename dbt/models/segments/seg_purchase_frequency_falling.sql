{#- Bought in the last 30 days clearly less often than in the 60 days before. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='marketing_email', targets=['crm_files'], review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    2 * earlier_orders_per_30_days >= {{ segment_limit('frequency_change_orders') }} as bought_before,
    orders_30_days <= {{ segment_limit('frequency_fall_factor') }} * earlier_orders_per_30_days as buys_less_often,
    orders_30_days,
    earlier_orders_per_30_days
from {{ ref('ftr_customers') }}
