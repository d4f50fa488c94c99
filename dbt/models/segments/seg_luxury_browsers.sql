{#- Looks at the luxury categories of the shop. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='ads', targets=['ads_files'], review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    luxury_views_30_days >= {{ segment_limit('luxury_views') }} as looks_at_luxury,
    luxury_views_30_days
from {{ ref('ftr_customers') }}
