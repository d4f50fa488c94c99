{#- Saw the same product page several times in one session of the last 7 days. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='personalisation', review_date='2027-03-31') }}

select
    customers.customer_id,
    customers.as_of,
    recents.most_views_of_a_product_in_a_session >= {{ segment_limit('several_views_in_session') }} as saw_it_several_times,
    recents.most_views_of_a_product_in_a_session,
    recents.product_of_most_views
from {{ ref('ftr_customers') }} as customers
left join {{ ref('ftr_recents') }} as recents
    on customers.customer_id = recents.customer_id and customers.as_of = recents.as_of
