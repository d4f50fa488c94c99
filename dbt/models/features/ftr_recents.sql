{#-
One row per customer and moment with an event in the last 7 days: the latest behaviour event by event, for what must
be known within minutes. Windows run to the second, back from as_of. Only columns that marts.fct_events has are read.
-#}
{{ config(materialized='table') }}

with

events as (

    select
        visitors.customer_id,
        moments.as_of,
        events.session_id,
        events.timestamp,
        events.event,
        events.message_id,
        events.product_id,
        case when events.product_id is not null then events.category end as category,
        {{ is_behaviour() }} as is_behaviour

    from {{ ref('int_events_sessionized') }} as events

    inner join {{ ref('int_moments_evaluated') }} as moments
        on
            events.timestamp <= moments.as_of
            and events.timestamp > moments.as_of - interval '{{ var("recent_days") }} days'

    inner join {{ ref('dim_visitors') }} as visitors on events.visitor_id = visitors.visitor_id

    where not events.is_bot

),

views as (

    select
        *,
        count(*) over (partition by customer_id, as_of, session_id, product_id) as views_of_product,
        -- of a product without a category nothing is counted
        count(category) over (partition by customer_id, as_of, session_id, category) as views_of_category,
        count(category) filter (where timestamp > as_of - interval '1 day') over (
            partition by customer_id, as_of, category
            order by timestamp
            range between interval '1 hour' preceding and current row
        ) as category_views_in_hour,
        count(category) filter (where timestamp > as_of - interval '1 hour') over (
            partition by customer_id, as_of, category
        ) as category_views_1_hour

    from events

    where event = 'Product Viewed' and product_id is not null

),

viewed as (

    select
        customer_id,
        as_of,
        max(timestamp) as last_product_view_at,
        {{ latest('product_id', ['timestamp', 'message_id']) }} as last_product_id,
        count(*) filter (where timestamp > as_of - interval '1 day') as product_views_24_hours,
        max(views_of_product) as most_views_of_a_product_in_a_session,
        {{ latest('product_id', ['views_of_product', 'timestamp', 'message_id']) }} as product_of_most_views,
        max(views_of_category) as most_views_of_a_category_in_a_session,
        max(category_views_1_hour) as category_views_1_hour,
        {{ latest('category', ['category_views_1_hour', 'timestamp', 'message_id']) }} as category_of_1_hour,
        max(category_views_in_hour) as most_category_views_in_an_hour,
        {{ latest('category', ['category_views_in_hour', 'timestamp', 'message_id']) }} as category_of_most_views

    from views

    group by customer_id, as_of

),

changes as (

    select
        *,
        max(case when event = 'Product Added' then timestamp end) over (
            partition by customer_id, as_of
        ) as last_cart_add_at

    from events

    where event in ('Product Added', 'Order Completed')

),

carts as (

    select
        customer_id,
        as_of,
        max(last_cart_add_at) as last_cart_add_at,
        count(*) filter (where event = 'Order Completed' and timestamp >= last_cart_add_at) as orders_since_cart_add

    from changes

    group by customer_id, as_of

),

visits as (

    select
        customer_id,
        as_of,
        max(timestamp) as last_event_at,
        count(distinct cast(timestamp as date)) as active_days

    from events

    where is_behaviour

    group by customer_id, as_of

)

select
    visits.customer_id,
    visits.as_of,
    visits.last_event_at,
    {{ microseconds('visits.last_event_at', 'visits.as_of') }} / 3600e6 as hours_since_last_event,
    visits.active_days,
    viewed.last_product_view_at,
    viewed.last_product_id,
    coalesce(viewed.product_views_24_hours, 0) as product_views_24_hours,
    coalesce(viewed.category_views_1_hour, 0) as category_views_1_hour,
    case when viewed.category_views_1_hour > 0 then viewed.category_of_1_hour end as category_of_1_hour,
    coalesce(viewed.most_category_views_in_an_hour, 0) as most_category_views_in_an_hour,
    case when viewed.most_category_views_in_an_hour > 0 then viewed.category_of_most_views end as category_of_most_views,
    coalesce(viewed.most_views_of_a_product_in_a_session, 0) as most_views_of_a_product_in_a_session,
    viewed.product_of_most_views,
    coalesce(viewed.most_views_of_a_category_in_a_session, 0) as most_views_of_a_category_in_a_session,
    carts.last_cart_add_at,
    {{ microseconds('carts.last_cart_add_at', 'carts.as_of') }} / 3600e6 as hours_since_cart_add,
    coalesce(carts.orders_since_cart_add, 0) as orders_since_cart_add

from visits

left join viewed
    on visits.customer_id = viewed.customer_id and visits.as_of = viewed.as_of

left join carts
    on visits.customer_id = carts.customer_id and visits.as_of = carts.as_of
