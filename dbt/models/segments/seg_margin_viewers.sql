{#- Views products of a high margin often and rarely purchases. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='personalisation', review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    margin_views_30_days >= {{ segment_limit('margin_viewer_views') }} as views_them_often,
    orders_90_days <= {{ segment_limit('rare_buyer_orders') }} as rarely_buys,
    margin_views_30_days,
    orders_90_days
from {{ ref('ftr_customers') }}
