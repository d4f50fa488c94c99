{#- Silent for 48 hours after days of activity. One row per customer and moment. -#}
{{ segment(
    owner='crm@example.com',
    purpose='marketing_email',
    min_size=1,
    review_date='2027-03-31',
    trigger={
        'entered_at': 'silent_at',
        'events': 'event_ids',
        'priority': 10,
        'expires_minutes': 1440,
        'quiet_hours': {'from_hour': 22, 'to_hour': 7, 'then': 'delay'},
    },
) }}

select
    customer_id,
    as_of,
    hours_since_last_event >= {{ segment_limit('inactivity_hours') }} as is_silent,
    active_days >= {{ segment_limit('reminder_active_days') }} as was_active,
    hours_since_last_event,
    active_days,
    last_event_at + interval '1 hour' * {{ segment_limit('inactivity_hours') }} as silent_at,
    event_ids
from {{ ref('ftr_intents') }}
