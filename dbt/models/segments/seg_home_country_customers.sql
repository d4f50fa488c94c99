{#- Lives or was last seen in the country of the shop. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='personalisation', review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    country = {{ segment_limit('home_country') }} as is_in_home_country,
    country
from {{ ref('ftr_customers') }}
