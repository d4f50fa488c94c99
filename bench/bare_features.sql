-- The second half of the floor: sessions, roll-ups, interactions, window features, publish.
create table marts.sessions as
select
    session_id,
    any_value(visitor_id) as visitor_id,
    min(timestamp) as started_at,
    max(timestamp) as ended_at,
    count(*) filter (where event = 'page') as page_views,
    count(*) filter (where event = 'Product Viewed') as product_views,
    count(*) filter (where event = 'Product Added') as cart_adds,
    count(*) filter (where event = 'Order Completed') as orders,
    sum(revenue) filter (where event = 'Order Completed') as revenue,
    arg_min(device_type, timestamp) as device_type,
    arg_min(referrer, timestamp) as referrer
from staging.sessionized
group by session_id;

create table marts.visitor_days as
select
    visitor_id,
    timestamp::date as day,
    count(*) as events,
    count(distinct session_id) as sessions,
    count(*) filter (where event = 'page') as page_views,
    count(*) filter (where event = 'Product Viewed') as product_views,
    count(*) filter (where event = 'Product Added') as cart_adds,
    count(*) filter (where event = 'Products Searched') as searches,
    count(*) filter (where event = 'Promotion Viewed') as promotion_views,
    count(*) filter (where event = 'Promotion Clicked') as promotion_clicks,
    count(*) filter (where event = 'Order Completed') as orders,
    sum(revenue) filter (where event = 'Order Completed') as revenue,
    sum(dwell_seconds) as dwell_seconds
from staging.sessionized
where not is_bot
group by all;

create table features.interactions as
select
    visitor_id,
    product_id,
    sum(case event when 'Product Viewed' then 1 when 'Product Added' then 3 else 5 end
        * pow(0.5, date_diff('day', timestamp, (select max(timestamp) from staging.sessionized)) / 30.0)) as weight,
    max(timestamp) as last_at
from (
    select visitor_id, event, timestamp, product_id
    from staging.sessionized
    where event in ('Product Viewed', 'Product Added') and product_id is not null and not is_bot
    union all
    select visitor_id, event, timestamp, unnest(from_json(products, '[{"product_id": "VARCHAR"}]')).product_id
    from staging.sessionized
    where products is not null
)
group by all;

create table features.windows as
select
    visitor_id,
    date_diff('day', max(day), (select max(day) from marts.visitor_days)) as days_since_visit,
    sum(orders) as order_count,
    sum(revenue) as revenue,
    sum(sessions) filter (where age < 1) as sessions_1d,
    sum(sessions) filter (where age < 7) as sessions_7d,
    sum(sessions) filter (where age < 30) as sessions_30d,
    sum(sessions) filter (where age < 90) as sessions_90d,
    sum(product_views) filter (where age < 1) as product_views_1d,
    sum(product_views) filter (where age < 7) as product_views_7d,
    sum(product_views) filter (where age < 30) as product_views_30d,
    sum(product_views) filter (where age < 90) as product_views_90d,
    sum(cart_adds) filter (where age < 1) as cart_adds_1d,
    sum(cart_adds) filter (where age < 7) as cart_adds_7d,
    sum(cart_adds) filter (where age < 30) as cart_adds_30d,
    sum(cart_adds) filter (where age < 90) as cart_adds_90d,
    sum(searches) filter (where age < 1) as searches_1d,
    sum(searches) filter (where age < 7) as searches_7d,
    sum(searches) filter (where age < 30) as searches_30d,
    sum(searches) filter (where age < 90) as searches_90d,
    sum(promotion_views) filter (where age < 1) as promotion_views_1d,
    sum(promotion_views) filter (where age < 7) as promotion_views_7d,
    sum(promotion_views) filter (where age < 30) as promotion_views_30d,
    sum(promotion_views) filter (where age < 90) as promotion_views_90d,
    sum(promotion_clicks) filter (where age < 1) as promotion_clicks_1d,
    sum(promotion_clicks) filter (where age < 7) as promotion_clicks_7d,
    sum(promotion_clicks) filter (where age < 30) as promotion_clicks_30d,
    sum(promotion_clicks) filter (where age < 90) as promotion_clicks_90d
from (
    select *, date_diff('day', day, (select max(day) from marts.visitor_days)) as age
    from marts.visitor_days
)
group by visitor_id;

copy (select *, timestamp::date as event_date from staging.sessionized)
to '$published/events' (format parquet, partition_by (event_date));
copy marts.sessions to '$published/sessions.parquet' (format parquet);
copy features.interactions to '$published/interactions.parquet' (format parquet);
copy features.windows to '$published/windows.parquet' (format parquet);
attach '$published/published.duckdb' as published;
create schema published.marts;
create schema published.features;
create table published.marts.sessions as from marts.sessions;
create table published.features.interactions as from features.interactions;
create table published.features.windows as from features.windows;
detach published;
