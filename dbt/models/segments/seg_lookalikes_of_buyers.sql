{#- Behaves like the recent buyers and has not bought for 30 days. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='ads', targets=['ads_files'], review_date='2027-03-31') }}

select
    customers.customer_id,
    customers.as_of,
    lookalikes.buyer_likeness >= {{ segment_limit('lookalike_likeness') }} as behaves_like_buyers,
    customers.orders_30_days = 0 as has_not_bought,
    lookalikes.buyer_likeness,
    customers.orders_30_days
from {{ ref('ftr_customers') }} as customers
left join {{ ref('ftr_lookalikes') }} as lookalikes
    on customers.customer_id = lookalikes.customer_id and customers.as_of = lookalikes.as_of
