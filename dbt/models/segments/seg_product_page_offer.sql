{#-
Visited a product page more than 3 times, bought similar items before and has not ordered since. One row per customer
and moment.
-#}
{{ segment(
    owner='crm@example.com',
    purpose='marketing_email',
    min_size=1,
    review_date='2027-03-31',
    trigger={
        'entered_at': 'product_returned_at',
        'events': 'product_page_ids',
        'priority': 20,
        'expires_minutes': 720,
        'quiet_hours': {'from_hour': 22, 'to_hour': 7, 'then': 'suppress'},
    },
) }}

select
    customer_id,
    as_of,
    product_page_visits > {{ segment_limit('product_page_visits') }} as returns_to_a_page,
    similar_bought > 0 as bought_similar,
    last_order_at is null or last_order_at < product_returned_at as has_not_ordered_since,
    product_page_visits,
    product_of_most_visits,
    similar_bought,
    last_order_at,
    product_returned_at,
    product_page_ids
from {{ ref('ftr_intents') }}
