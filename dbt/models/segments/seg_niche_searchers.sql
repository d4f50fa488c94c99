{#- Searched in the last 7 days for what few others look for. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='personalisation', review_date='2027-03-31') }}

select
    customers.customer_id,
    customers.as_of,
    searches.rarest_search_share <= {{ segment_limit('niche_search_share') }} as searched_for_a_rarity,
    searches.rarest_search_share,
    searches.searchers_of_rarest
from {{ ref('ftr_customers') }} as customers
left join {{ ref('ftr_searches') }} as searches
    on customers.customer_id = searches.customer_id and customers.as_of = searches.as_of
