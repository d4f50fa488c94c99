{#- Lives or was last seen in a large city. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='personalisation', review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    is_urban as is_in_large_city,
    city
from {{ ref('ftr_customers') }}
