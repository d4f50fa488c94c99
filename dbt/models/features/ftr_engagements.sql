{#-
One row per customer, moment, level (page or category) and name: how long the customer stays there and how far
they scroll, on average.
-#}
{{ config(materialized='table') }}

with

pages as (

    select
        visitors.customer_id,
        pages.*

    from {{ ref('int_visitor_pages_evaluated') }} as pages

    inner join {{ ref('dim_visitors') }} as visitors on pages.visitor_id = visitors.visitor_id

)

{% for level, name in [('page', 'page_path'), ('category', 'category')] %}
select
    customer_id,
    as_of,
    '{{ level }}' as level,
    {{ name }} as name,
    cast(sum(engagements) as bigint) as engagements,
    cast(sum(dwell_seconds) as double) / nullif(sum(timed_engagements), 0) as dwell_seconds,
    cast(sum(scroll_depth_total) as double) / nullif(sum(scrolled_engagements), 0) as scroll_depth_share,
    max(last_at) as last_at

from pages

where {{ name }} is not null

group by customer_id, as_of, {{ name }}
{% if not loop.last %}
union all
{% endif %}
{%- endfor %}
