{#-
Bought in one category in the last 30 days, lives in a large city and prefers e-mail. One row per customer and moment.
-#}
{{ segment(
    owner='crm@example.com', purpose='marketing_email',
    parent='urban_customers', targets=['crm_files'], review_date='2027-03-31'
) }}

select
    customers.customer_id,
    customers.as_of,
    customers.is_urban as is_in_large_city,
    affinities.purchases_30_days >= {{ segment_limit('category_bought_purchases') }} as bought_in_category,
    customers.preferred_channel = 'email' as prefers_email,
    customers.city,
    affinities.purchases_30_days,
    customers.preferred_channel
from {{ ref('ftr_customers') }} as customers
left join {{ ref('ftr_affinities') }} as affinities
    on customers.customer_id = affinities.customer_id and customers.as_of = affinities.as_of
    and affinities.level = 'category'
    and affinities.name = {{ segment_limit('category_bought') }}
