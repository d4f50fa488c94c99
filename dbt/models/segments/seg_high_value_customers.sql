{#- The best tenth of all buyers by recency, frequency and monetary value. One row per customer and moment. -#}
{{ segment(
    owner='crm@example.com', purpose='marketing_email',
    targets=['crm_files', 'ads_files', 'demo_webhook'], review_date='2027-03-31'
) }}

select
    customer_id,
    as_of,
    is_top_decile as is_in_top_tenth,
    rfm_score
from {{ ref('ftr_customers') }}
