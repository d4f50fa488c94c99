-- Events of a customer up to a moment, of some kinds (none named: all of visits), with the line they came from: of one
-- product or category, and after the last order, where that is asked. Orders of tables are no events: they stand for
-- themselves. Grain: one event.
with

last_orders as (

    select max(ordered_at) as ordered_at
    from warehouse.marts.fct_orders
    where customer_id = $customer_id and ordered_at <= $as_of

),

found as (

    select
        events.message_id,
        events.event,
        events.timestamp,
        events.source,
        files.file,
        events.line
    from warehouse.marts.dim_visitors as visitors
    inner join warehouse.marts.fct_events as events on visitors.visitor_id = events.visitor_id
    left join warehouse.raw.loaded_files as files
        on events.source = files.source and events.file_number = files.file_number
    where
        visitors.customer_id = $customer_id
        and not events.is_bot
        and events.timestamp <= $as_of
        and events.timestamp >= $since
        and (len($events::varchar[]) = 0 or events.event in (select unnest($events::varchar[])))
        and ($product_id::varchar is null or events.product_id = $product_id)
        and ($category::varchar is null or events.category = $category)
        and (not $is_since_order or events.timestamp > coalesce((select ordered_at from last_orders), '-infinity'::timestamp))

    union all

    select
        orders.order_id,
        'Order Completed' as event,
        orders.ordered_at,
        orders.source,
        files.file,
        orders.line
    from warehouse.marts.fct_orders as orders
    left join warehouse.raw.loaded_files as files
        on orders.source = files.source and orders.file_number = files.file_number
    where
        orders.customer_id = $customer_id
        and list_contains($events::varchar[], 'Order Completed')
        and orders.ordered_at <= $as_of
        and orders.ordered_at >= $since
        and orders.source = 'online_retail'

)

select
    *,
    count(*) over () as events
from found
order by timestamp desc, message_id
limit $limit
