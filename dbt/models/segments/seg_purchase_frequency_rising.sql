{#- Bought in the last 30 days clearly more often than in the 60 days before. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='marketing_email', review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    orders_30_days >= {{ segment_limit('frequency_change_orders') }} as buys_now,
    earlier_orders_per_30_days > 0 as bought_before,
    orders_30_days >= {{ segment_limit('frequency_rise_factor') }} * earlier_orders_per_30_days as buys_more_often,
    orders_30_days,
    earlier_orders_per_30_days
from {{ ref('ftr_customers') }}
