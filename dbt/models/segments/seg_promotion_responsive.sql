{#- Clicks a good part of the promotions they see. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='personalisation', review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    promotion_views_90_days >= {{ segment_limit('promotion_views') }} as has_seen_some,
    promotion_click_rate >= {{ segment_limit('promotion_click_rate') }} as clicks_them,
    promotion_views_90_days,
    promotion_click_rate
from {{ ref('ftr_customers') }}
