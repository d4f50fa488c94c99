{#- Looks at one category again and again within an hour. One row per customer and moment. -#}
{{ segment(
    owner='crm@example.com',
    purpose='personalisation',
    min_size=1,
    review_date='2027-03-31',
    trigger={
        'entered_at': 'category_interested_at',
        'events': 'category_view_ids',
        'priority': 30,
        'expires_minutes': 60,
        'cap': {'times': 1, 'days': 1},
    },
) }}

select
    customer_id,
    as_of,
    category_views_1_hour > {{ segment_limit('category_interest_views') }} as looks_at_one_category,
    category_views_1_hour,
    category_of_1_hour,
    category_interested_at,
    category_view_ids
from {{ ref('ftr_intents') }}
