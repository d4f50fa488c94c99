-- Events of a customer up to a moment, of some kinds (none named: all of visits), with the line they came from. Orders
-- of tables are no events: they stand for themselves. Grain: one event.
with

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
    union all

    select
        orders.order_id,
        'Order Completed' as event,
        orders.ordered_at,
        orders.source,
        null as file,
        null as line
    from warehouse.marts.fct_orders as orders
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
