{#- Bought within the last 30 days and puts much of what they view into the cart. One row per customer and moment. -#}
{{ segment(
    owner='crm@example.com', purpose='marketing_email',
    parent='recent_buyers', targets=['crm_files'], review_date='2027-03-31'
) }}

select
    customer_id,
    as_of,
    recency_days <= {{ segment_limit('recent_buyer_days') }} as bought_recently,
    product_views_90_days >= {{ segment_limit('high_intent_views') }} as looked_at_enough,
    add_to_cart_rate >= {{ segment_limit('high_intent_cart_rate') }} as adds_much,
    recency_days,
    product_views_90_days,
    add_to_cart_rate
from {{ ref('ftr_customers') }}
