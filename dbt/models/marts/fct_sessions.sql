{#- One row per session. -#}

with

visitors as (

    select * from {{ ref('dim_visitors') }}

),

attributed as (

    select * from {{ ref('int_order_events_attributed') }}

),

summed as (

    select * exclude (known_at) from {{ ref('int_sessions_summed') }}

    union all by name

    select
        session_id,
        min(session_visitor_id) as visitor_id,
        min(session_source) as source,
        min(timestamp) as started_at,
        max(timestamp) as ended_at,
        false as is_bot
    from attributed
    where has_opened_session
    group by session_id

),

orders as (

    select
        session_id,
        count(*) as orders,
        sum(revenue) as revenue
    from {{ ref('fct_orders') }}
    where session_id is not null
    group by session_id

),

order_events as (

    select
        session_id,
        count(*) as events
    from attributed
    group by session_id

),

abandoned as (

    select * from {{ ref('int_sessions_abandoned') }}

)

select
    summed.session_id,
    summed.visitor_id,
    visitors.customer_id,
    summed.source,
    summed.started_at,
    summed.ended_at,
    (epoch_us(summed.ended_at) - epoch_us(summed.started_at)) / 60000000.0 as duration_minutes,
    coalesce(summed.events, 0) + coalesce(order_events.events, 0) as events,
    {% for count in [
        'page_views', 'product_views', 'searches', 'cart_adds', 'cart_removes', 'checkouts',
        'promotion_views', 'promotion_clicks',
    ] %}
    coalesce(summed.{{ count }}, 0) as {{ count }},
    {%- endfor %}
    coalesce(orders.orders, 0) as orders,
    cast(coalesce(orders.revenue, 0) as decimal(18, 4)) as revenue,
    coalesce(summed.engaged_seconds, 0) as engaged_seconds,
    summed.landing_page,
    summed.exit_path,
    summed.referrer,
    summed.campaign_source,
    summed.campaign_medium,
    summed.campaign_name,
    summed.country,
    summed.city,
    summed.device_type,
    summed.locale,
    abandoned.session_id is not null as is_cart_abandoned,
    summed.is_bot
from summed
inner join visitors on summed.visitor_id = visitors.visitor_id
left join orders on summed.session_id = orders.session_id
left join order_events on summed.session_id = order_events.session_id
left join abandoned on summed.session_id = abandoned.session_id
