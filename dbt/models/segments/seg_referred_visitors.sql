{#- Came last by a link of another site that is no search engine. One row per customer and moment. -#}
{{ segment(owner='crm@example.com', purpose='analytics', review_date='2027-03-31') }}

select
    customer_id,
    as_of,
    days_since_last_visit <= {{ segment_limit('visitor_days') }} as visited_lately,
    referrer is not null as came_by_a_link,
    {% for engine in segment_limit('search_engines') -%}
    referrer not like '%{{ engine }}%'{{ ' and ' if not loop.last }}
    {%- endfor %} as came_by_no_search,
    days_since_last_visit,
    referrer
from {{ ref('ftr_customers') }}
