{#- Known for a while, sees hardly a product per visit and buys nothing. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='analytics', review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    days_since_first_seen >= {{ segment_limit('low_engagement_known_days') }} as is_known_for_a_while,
    sessions_90_days > 0 as has_visited,
    views_per_session < {{ segment_limit('low_engagement_views_per_session') }} as sees_little,
    orders_90_days = 0 as buys_nothing,
    days_since_first_seen,
    sessions_90_days,
    views_per_session,
    orders_90_days
from {{ ref('ftr_customers') }}
