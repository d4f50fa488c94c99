{#-
One row per customer, moment, category and page: how long the customer stays there and how far they scroll. The
totals add up, so that an average per page or per category is their quotient.
-#}
{{ config(materialized='table') }}

select
    visitors.customer_id,
    pages.as_of,
    pages.category,
    pages.page_path,
    cast(sum(pages.engagements) as bigint) as engagements,
    cast(sum(pages.timed_engagements) as bigint) as timed_engagements,
    cast(sum(pages.scrolled_engagements) as bigint) as scrolled_engagements,
    cast(sum(pages.dwell_seconds) as double) as dwell_seconds,
    cast(sum(pages.scroll_depth_total) as double) as scroll_depth_total,
    cast(sum(pages.dwell_seconds) as double) / nullif(sum(pages.timed_engagements), 0) as dwell_seconds_per_view,
    cast(sum(pages.scroll_depth_total) as double) / nullif(sum(pages.scrolled_engagements), 0) as scroll_depth_share

from {{ ref('int_visitor_pages_evaluated') }} as pages

inner join {{ ref('dim_visitors') }} as visitors on pages.visitor_id = visitors.visitor_id

group by visitors.customer_id, pages.as_of, pages.category, pages.page_path
