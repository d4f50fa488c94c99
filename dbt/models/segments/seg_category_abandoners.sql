{#- Left a cart alone that is mostly of one category. One row per customer and moment. -#}
{{ segment(
    owner='crm@example.com', purpose='marketing_email',
    parent='cart_abandoners', targets=['crm_files'], review_date='2027-03-31'
) }}

select
    customer_id,
    as_of,
    open_cart_items > 0 as has_open_cart,
    open_cart_idle_minutes > {{ var('cart_abandoned_minutes') }} as left_it_alone,
    open_cart_category = {{ segment_limit('abandoned_category') }} as is_of_the_category,
    open_cart_items,
    open_cart_idle_minutes,
    open_cart_category
from {{ ref('ftr_customers') }}
