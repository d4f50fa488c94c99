{#- <description> One row per customer and moment. -#}
{{ segment(owner='<owner>', purpose='<purpose>', review_date='<review_date>') }}

select
    customer_id,
    as_of,
    sessions_30_days >= 3 as has_visited_often,
    orders_30_days = 0 as has_not_bought,
    sessions_30_days,
    orders_30_days
from {{ ref('ftr_customers') }}
