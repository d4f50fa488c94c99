{#- Looks mostly at reduced products. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='marketing_email', targets=['crm_files'], review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    discounted_views_30_days >= {{ segment_limit('discount_views') }} as looks_often,
    discounted_view_share >= {{ segment_limit('discount_view_share') }} as looks_for_discounts,
    discounted_views_30_days,
    discounted_view_share
from {{ ref('ftr_customers') }}
