{#-
One row per order and moment at which it was another than it is now: updated since, or refunded before it was placed
(then revenue is null: nobody knew the order). Marts hold orders as corrected last; in a live refresh there is none.
-#}
{{ config(materialized='table') }}
{#- an update outweighs the completion it corrects -#}
{%- set age = ['is_update', 'timestamp', 'file_number', 'line'] %}

with

moments as (

    select as_of from {{ ref('int_moments_evaluated') }}

),

orders as (

    select * from {{ ref('int_orders_corrected') }}

),

order_events as (

    select * from {{ ref('stg_segment__order_events') }}

),

revised as (

    select distinct
        moments.as_of,
        order_events.source,
        order_events.order_id

    from order_events

    inner join moments on order_events.timestamp > moments.as_of

    where order_events.event = 'Order Updated'

),

unknown as (

    select distinct
        moments.as_of,
        order_events.source,
        order_events.order_id

    from order_events

    inner join moments on order_events.timestamp <= moments.as_of

    inner join orders
        on
            order_events.source = orders.source
            and order_events.order_id = orders.order_id
            and moments.as_of < orders.ordered_at

    where order_events.event in ('Order Refunded', 'Order Cancelled')

),

sums as (

    select
        message_id,
        sum(cast(round(price * quantity, 4) as decimal(18, 4))) as revenue

    from {{ ref('stg_segment__order_lines') }}

    group by message_id

),

known as (

    select
        revised.as_of,
        order_events.source,
        order_events.order_id,
        order_events.event = 'Order Updated' as is_update,
        order_events.timestamp,
        order_events.file_number,
        order_events.line,
        case when sums.message_id is not null then order_events.message_id end as lines_message_id,
        coalesce(order_events.revenue, sums.revenue) as revenue

    from order_events

    inner join revised
        on
            order_events.source = revised.source
            and order_events.order_id = revised.order_id
            and order_events.timestamp <= revised.as_of

    left join orders
        on order_events.file_number = orders.file_number and order_events.line = orders.line

    left join sums on order_events.message_id = sums.message_id

    -- of several completions of an order the one that the marts keep
    where order_events.event = 'Order Updated' or orders.order_id is not null

)

select
    as_of,
    source,
    order_id,
    {{ latest('lines_message_id', age) }} as lines_message_id,
    coalesce({{ latest('revenue', age) }}, 0) as revenue

from known

group by as_of, source, order_id

having not bool_and(is_update)

union all

select
    as_of,
    source,
    order_id,
    null as lines_message_id,
    null as revenue

from unknown
