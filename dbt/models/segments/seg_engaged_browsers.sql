{#- Comes back often, looks at much and buys nothing. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='personalisation', review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    sessions_30_days >= {{ segment_limit('engaged_browser_sessions') }} as comes_often,
    product_views_30_days >= {{ segment_limit('engaged_browser_product_views') }} as looks_at_much,
    orders_30_days = 0 as buys_nothing,
    sessions_30_days,
    product_views_30_days,
    orders_30_days
from {{ ref('ftr_customers') }}
