{#-
Came to one product page more than 3 times in 30 days and bought similar items before. One row per customer and
moment.
-#}
{{ segment(owner='crm@example.com', purpose='personalisation', review_date='2027-03-31') }}

select
    customers.customer_id,
    customers.as_of,
    revisits.product_views_30_days > {{ segment_limit('returner_page_views') }} as keeps_coming_back,
    revisits.similar_products_bought > 0 as bought_similar_items,
    revisits.product_views_30_days,
    revisits.similar_products_bought,
    revisits.product_id
from {{ ref('ftr_customers') }} as customers
left join {{ ref('ftr_revisits') }} as revisits
    on customers.customer_id = revisits.customer_id and customers.as_of = revisits.as_of
