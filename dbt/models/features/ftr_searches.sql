{#-
One row per customer and moment with a search in the last 7 days: how rare the rarest of them is. A search is as rare
as the share of all searching customers who typed the same words in the last 30 days.
-#}
{{ config(materialized='table') }}

with

searches as (

    select
        visitors.customer_id,
        moments.as_of,
        lower(trim(events.search_query)) as words,
        max(events.timestamp) as last_at

    from {{ ref('int_events_sessionized') }} as events

    inner join {{ ref('int_moments_evaluated') }} as moments
        on
            events.timestamp <= moments.as_of
            and events.timestamp > moments.as_of - interval '{{ var("search_days") }} days'

    inner join {{ ref('dim_visitors') }} as visitors on events.visitor_id = visitors.visitor_id

    where not events.is_bot and events.event = 'Products Searched' and trim(events.search_query) != ''

    group by visitors.customer_id, moments.as_of, lower(trim(events.search_query))

),

counted as (

    select
        as_of,
        words,
        count(*) as searchers

    from searches

    group by as_of, words

),

everyone as (

    select
        as_of,
        count(distinct customer_id) as searchers

    from searches

    group by as_of

)

select
    searches.customer_id,
    searches.as_of,
    min(counted.searchers) as searchers_of_rarest,
    min(counted.searchers) / cast(max(everyone.searchers) as double) as rarest_search_share

from searches

inner join counted
    on searches.as_of = counted.as_of and searches.words = counted.words

inner join everyone on searches.as_of = everyone.as_of

where searches.last_at > searches.as_of - interval '{{ var("recent_days") }} days'

group by searches.customer_id, searches.as_of
