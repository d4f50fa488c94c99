{#- Lapsed customers who spent as much as the best fifth of all buyers. One row per customer and moment. -#}
{{ segment(
    owner='crm@example.com', purpose='marketing_email',
    parent='lapsed_customers', targets=['crm_files'], review_date='2027-03-31'
) }}

select
    customer_id,
    as_of,
    recency_days > {{ segment_limit('lapsed_customer_days') }} as has_lapsed,
    m_score >= {{ segment_limit('high_value_money_score') }} as spent_much,
    recency_days,
    m_score,
    monetary
from {{ ref('ftr_customers') }}
