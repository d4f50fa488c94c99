{#- Looked at many products of one category in one session of the last 7 days. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='personalisation', review_date='2027-03-31') }}

select
    customers.customer_id,
    customers.as_of,
    recents.most_views_of_a_category_in_a_session >= {{ segment_limit('enthusiast_category_views') }} as browsed_one_category,
    recents.most_views_of_a_category_in_a_session
from {{ ref('ftr_customers') }} as customers
left join {{ ref('ftr_recents') }} as recents
    on customers.customer_id = recents.customer_id and customers.as_of = recents.as_of
