{#- Left a filled cart alone for more than 30 minutes: time to recall it. One row per customer and moment. -#}
{{ segment(
    owner='crm@example.com',
    purpose='marketing_email',
    min_size=1,
    review_date='2027-03-31',
    trigger={
        'entered_at': 'left_at',
        'events': 'cart_event_ids',
        'priority': 50,
        'expires_minutes': 720,
        'quiet_hours': {'from_hour': 22, 'to_hour': 7, 'then': 'delay'},
    },
) }}

select
    customer_id,
    as_of,
    open_cart_items > 0 as has_open_cart,
    cart_idle_minutes > {{ segment_limit('cart_recovery_minutes') }} as left_it_alone,
    open_cart_items,
    cart_idle_minutes,
    cart_touched_at + interval '1 minute' * {{ segment_limit('cart_recovery_minutes') }} as left_at,
    cart_event_ids
from {{ ref('ftr_intents') }}
