{#- Buys mostly one brand. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='marketing_email', targets=['crm_files'], review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    brand_purchases >= {{ segment_limit('brand_loyal_purchases') }} as buys_brands,
    most_bought_brand_share >= {{ segment_limit('brand_loyal_share') }} as buys_one_brand,
    brand_purchases,
    most_bought_brand_share,
    most_bought_brand
from {{ ref('ftr_customers') }}
