{#- New visitors whose first visit came from a campaign. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='personalisation', parent='new_visitors', review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    days_since_first_seen <= {{ segment_limit('new_visitor_days') }} as is_new,
    sessions_30_days > 0 as has_visited,
    orders = 0 as has_never_bought,
    first_campaign is not null as came_by_a_campaign,
    days_since_first_seen,
    sessions_30_days,
    orders,
    first_campaign
from {{ ref('ftr_customers') }}
