{#-
Put something into the cart within the last 7 days and has not bought since, for 24 hours or more. One row per customer
and moment.
-#}
{{ segment(owner='crm@example.com', purpose='marketing_email', targets=['crm_files'], review_date='2027-03-31') }}

select
    customers.customer_id,
    customers.as_of,
    recents.hours_since_cart_add >= {{ segment_limit('cart_wait_hours') }} as has_had_time,
    recents.orders_since_cart_add = 0 as has_not_bought,
    recents.hours_since_cart_add,
    recents.orders_since_cart_add
from {{ ref('ftr_customers') }} as customers
left join {{ ref('ftr_recents') }} as recents
    on customers.customer_id = recents.customer_id and customers.as_of = recents.as_of
