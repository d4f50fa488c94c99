{#- Viewed products in the last 7 days and bought nothing in them. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='ads', targets=['ads_files'], review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    product_views_7_days > 0 as viewed_products,
    orders_7_days = 0 as bought_nothing,
    product_views_7_days,
    orders_7_days
from {{ ref('ftr_customers') }}
