{#- Seen for the first time within the last 7 days and not a buyer yet. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='personalisation', review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    days_since_first_seen <= {{ segment_limit('new_visitor_days') }} as is_new,
    sessions_30_days > 0 as has_visited,
    orders = 0 as has_never_bought,
    days_since_first_seen,
    sessions_30_days,
    orders
from {{ ref('ftr_customers') }}
