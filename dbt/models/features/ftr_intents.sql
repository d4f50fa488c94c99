{#-
One row per customer and moment with an event in the last days: what the customer is about right now. It reads recent
events alone, so that triggers are evaluated with this very file over the recent slice, without the warehouse.
-#}
{{ config(materialized='table', meta={'reads_recent_events': true}) }}

with

recent as (

    select
        visitors.customer_id,
        moments.as_of,
        events.message_id,
        events.event,
        events.timestamp,
        events.product_id,
        events.category,
        coalesce(case when events.quantity > 0 then events.quantity end, 1) as pieces
    from {{ ref('int_events_sessionized') }} as events
    inner join {{ ref('int_moments_evaluated') }} as moments
        on
            events.timestamp <= moments.as_of
            and events.timestamp > moments.as_of - interval '{{ var("recent_days") }} days'
    inner join {{ ref('dim_visitors') }} as visitors on events.visitor_id = visitors.visitor_id
    where not events.is_bot

),

-- a change of an order that a server reports is no act of the customer
spells as (

    select
        customer_id,
        as_of,
        max(timestamp) as last_event_at,
        count(distinct cast(timestamp as date)) as active_days,
        max(case when event = 'Order Completed' then timestamp end) as last_order_at,
        max(case when event = 'Product Viewed' then timestamp end) as last_product_view_at,
        count(case when event = 'Product Viewed' and timestamp > as_of - interval '24 hours' then 1 end) as product_views_24_hours,
        {{ gathered_ids("event = 'Product Viewed' and timestamp > as_of - interval '24 hours'") }} as product_view_ids,
        {{ gathered_ids('true') }} as event_ids
    from recent
    where event not like 'Order %' or event = 'Order Completed'
    group by customer_id, as_of

),

cart_products as (

    select
        recent.customer_id,
        recent.as_of,
        recent.product_id,
        greatest(
            sum(case recent.event when 'Product Added' then recent.pieces when 'Product Removed' then -recent.pieces else 0 end), 0
        ) as pieces,
        max(recent.timestamp) as touched_at,
        {{ gathered_ids('true', 'recent.timestamp', 'recent.message_id') }} as message_ids
    from recent
    inner join spells on recent.customer_id = spells.customer_id and recent.as_of = spells.as_of
    where
        (
            (recent.event in ('Product Added', 'Product Removed') and recent.product_id is not null)
            or recent.event in ('Cart Viewed', 'Checkout Started')
        )
        and (spells.last_order_at is null or recent.timestamp > spells.last_order_at)
    group by recent.customer_id, recent.as_of, recent.product_id

),

carts as (

    select
        customer_id,
        as_of,
        sum(pieces) as items,
        max(touched_at) as touched_at,
        flatten(list(message_ids order by touched_at desc, product_id desc))[1:20] as message_ids
    from cart_products
    group by customer_id, as_of

),

category_views as (

    select
        *,
        row_number() over (
            partition by customer_id, as_of, category order by timestamp, message_id
        ) as view_number
    from recent
    where
        event in ('Product Viewed', 'Product List Viewed')
        and category is not null
        and timestamp > as_of - interval '1 hour'

),

categories as (

    select
        customer_id,
        as_of,
        category,
        count(*) as views,
        max(case when view_number = {{ segment_limit('category_interest_views') }} + 1 then timestamp end) as interested_at,
        {{ gathered_ids('true') }} as message_ids
    from category_views
    group by customer_id, as_of, category
    qualify row_number() over (partition by customer_id, as_of order by count(*) desc, category) = 1

),

pages as (

    {{ product_pages('recent', 'spells') }}

)

select
    spells.customer_id,
    spells.as_of,
    spells.last_event_at,
    {{ microseconds('spells.last_event_at', 'spells.as_of') }} / 36e8 as hours_since_last_event,
    spells.active_days,
    spells.event_ids,
    spells.last_order_at,
    spells.last_product_view_at,
    spells.product_views_24_hours,
    spells.product_view_ids,
    coalesce(carts.items, 0) as open_cart_items,
    case when carts.items > 0 then carts.touched_at end as cart_touched_at,
    case when carts.items > 0 then {{ microseconds('carts.touched_at', 'spells.as_of') }} / 60e6 end as cart_idle_minutes,
    coalesce(carts.message_ids, []) as cart_event_ids,
    coalesce(categories.views, 0) as category_views_1_hour,
    categories.category as category_of_1_hour,
    categories.interested_at as category_interested_at,
    coalesce(categories.message_ids, []) as category_view_ids,
    coalesce(pages.visits, 0) as product_page_visits,
    pages.product_id as product_of_most_visits,
    pages.category as category_of_most_visits,
    pages.returned_at as product_returned_at,
    coalesce(pages.similar_bought, 0) as similar_bought,
    coalesce(pages.message_ids, []) as product_page_ids
from spells
left join carts on spells.customer_id = carts.customer_id and spells.as_of = carts.as_of
left join categories on spells.customer_id = categories.customer_id and spells.as_of = categories.as_of
left join pages on spells.customer_id = pages.customer_id and spells.as_of = pages.as_of
