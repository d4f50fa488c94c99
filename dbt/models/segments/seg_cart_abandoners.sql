{#- Left a filled cart alone for more than 30 minutes. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='marketing_email', targets=['crm_files', 'demo_webhook'], review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    open_cart_items > 0 as has_open_cart,
    open_cart_idle_minutes > {{ var('cart_abandoned_minutes') }} as left_it_alone,
    open_cart_items,
    open_cart_idle_minutes
from {{ ref('ftr_customers') }}
