{#- Behaves like the recent buyers and has left a filled cart alone. One row per customer and moment. -#}
{{ segment(
    owner='crm@example.com', purpose='marketing_email',
    parent='cart_abandoners', targets=['crm_files'], review_date='2027-03-31'
) }}

select
    customers.customer_id,
    customers.as_of,
    customers.open_cart_items > 0 as has_open_cart,
    customers.open_cart_idle_minutes > {{ var('cart_abandoned_minutes') }} as left_it_alone,
    lookalikes.buyer_likeness >= {{ segment_limit('lookalike_likeness') }} as behaves_like_buyers,
    customers.open_cart_items,
    customers.open_cart_idle_minutes,
    lookalikes.buyer_likeness
from {{ ref('ftr_customers') }} as customers
left join {{ ref('ftr_lookalikes') }} as lookalikes
    on customers.customer_id = lookalikes.customer_id and customers.as_of = lookalikes.as_of
