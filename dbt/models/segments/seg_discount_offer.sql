{#- Abandoned a cart and viewed a product in the last 24 hours. One row per customer and moment. -#}
{{ segment(
    owner='crm@example.com',
    purpose='marketing_email',
    min_size=1,
    review_date='2027-03-31',
    trigger={
        'entered_at': 'hesitated_at',
        'events': 'hesitation_ids',
        'priority': 40,
        'expires_minutes': 720,
        'quiet_hours': {'from_hour': 22, 'to_hour': 7, 'then': 'delay'},
    },
) }}

select
    customer_id,
    as_of,
    open_cart_items > 0 as has_open_cart,
    cart_idle_minutes > {{ segment_limit('discount_offer_minutes') }} as left_it_alone,
    product_views_24_hours > 0 as viewed_a_product,
    open_cart_items,
    cart_idle_minutes,
    product_views_24_hours,
    greatest(
        cart_touched_at + interval '1 minute' * {{ segment_limit('discount_offer_minutes') }}, last_product_view_at
    ) as hesitated_at,
    cart_event_ids || product_view_ids as hesitation_ids
from {{ ref('ftr_intents') }}
