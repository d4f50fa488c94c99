{#- Viewed one category more than twice within an hour of the last day. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='personalisation', review_date='2027-03-31') }}

select
    customers.customer_id,
    customers.as_of,
    recents.most_category_views_in_an_hour > {{ segment_limit('category_views_in_hour') }} as is_interested,
    recents.most_category_views_in_an_hour,
    recents.category_of_most_views
from {{ ref('ftr_customers') }} as customers
left join {{ ref('ftr_recents') }} as recents
    on customers.customer_id = recents.customer_id and customers.as_of = recents.as_of
