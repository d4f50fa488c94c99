{#- Left a filled cart alone and viewed a product in the last 24 hours. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='personalisation', parent='cart_abandoners', review_date='2027-03-31') }}

select
    customers.customer_id,
    customers.as_of,
    customers.open_cart_items > 0 as has_open_cart,
    customers.open_cart_idle_minutes > {{ var('cart_abandoned_minutes') }} as left_it_alone,
    recents.product_views_24_hours >= {{ segment_limit('view_again_views') }} as is_looking_again,
    customers.open_cart_items,
    customers.open_cart_idle_minutes,
    recents.product_views_24_hours,
    recents.last_product_id
from {{ ref('ftr_customers') }} as customers
left join {{ ref('ftr_recents') }} as recents
    on customers.customer_id = recents.customer_id and customers.as_of = recents.as_of
