{#-
Buys in one season of the year. Where the history is short: comes mostly within three weeks of 90 days and has not
lapsed, since who lapsed cannot be told from who waits for the next season. One row per customer and moment.
-#}
{{ segment(owner='crm@example.com', purpose='marketing_email', targets=['crm_files'], review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    orders >= {{ segment_limit('seasonal_orders') }} as buys_repeatedly,
    case
        when days_since_first_purchase >= {{ segment_limit('seasonal_history_days') }}
            then busiest_quarter_share >= {{ segment_limit('seasonal_quarter_share') }}
        else
            sessions_90_days >= {{ segment_limit('seasonal_visits') }}
            and busiest_weeks_share >= {{ segment_limit('seasonal_visit_share') }}
            and recency_days <= {{ segment_limit('lapsed_customer_days') }}
    end as keeps_to_a_season,
    orders,
    days_since_first_purchase,
    busiest_quarter_share,
    sessions_90_days,
    busiest_weeks_share,
    recency_days
from {{ ref('ftr_customers') }}
