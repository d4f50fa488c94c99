{#-
One row per order event that a server reported without an anonymous_id, with the session it belongs to: the
customer's latest of the last 24 hours, else one that it opens, and goes on with the next while they follow
within 24 hours. Who the customer is may change with any merge, so this is computed anew each time: such events
are few.
-#}
{{ config(materialized='table') }}

{%- set reach = "interval '" ~ var('order_attribution_hours') ~ " hours'" %}

with

visitors as (

    select * from {{ source('intermediate', 'int_identifiers_resolved') }} where visitor_id is not null

),

order_events as (

    select
        events.file_number,
        events.line,
        events.message_id,
        events.source,
        events.timestamp,
        visitors.visitor_id,
        visitors.customer_id
    from {{ ref('stg_segment__order_events') }} as events
    inner join visitors
        on
            events.namespace = visitors.namespace
            and visitors.identifier_type = 'user_id'
            and events.user_id = visitors.identifier
    where {{ is_order_of_server('events.event', 'events.anonymous_id') }}

),

sessions as (

    select
        visitors.customer_id,
        summed.session_id,
        summed.started_at,
        summed.ended_at
    from {{ ref('int_sessions_summed') }} as summed
    inner join visitors on summed.visitor_id = visitors.visitor_id

),

matched as (

    select
        order_events.file_number,
        order_events.line,
        arg_max(sessions.session_id, row(sessions.started_at, sessions.session_id)) as session_id
    from order_events
    inner join sessions
        on
            order_events.customer_id = sessions.customer_id
            and order_events.timestamp >= sessions.started_at
            and order_events.timestamp <= sessions.ended_at + {{ reach }}
    group by order_events.file_number, order_events.line

),

unmatched as (

    select
        order_events.*,
        lag(order_events.timestamp) over by_customer as previous_at
    from order_events
    anti join matched
        on order_events.file_number = matched.file_number and order_events.line = matched.line
    window by_customer as (
        partition by order_events.customer_id
        order by order_events.timestamp, order_events.file_number, order_events.line
    )

),

numbered as (

    select
        *,
        sum(case when previous_at is null or timestamp > previous_at + {{ reach }} then 1 else 0 end) over (
            partition by customer_id order by timestamp, file_number, line
            rows between unbounded preceding and current row
        ) as session_number
    from unmatched

),

opened as (

    select
        *,
        first_value(visitor_id) over by_session as opened_by,
        first_value(source) over by_session as opened_on,
        first_value(timestamp) over by_session as opened_at
    from numbered
    window by_session as (
        partition by customer_id, session_number order by timestamp, file_number, line
    )

)

select
    order_events.file_number,
    order_events.line,
    order_events.message_id,
    order_events.timestamp,
    order_events.customer_id,
    coalesce(matched.session_id, {{ session_id('opened.opened_by', 'opened.opened_on', 'opened.opened_at', "'order'") }})
        as session_id,
    matched.session_id is null as has_opened_session,
    opened.opened_by as session_visitor_id,
    opened.opened_on as session_source
from order_events
left join matched
    on order_events.file_number = matched.file_number and order_events.line = matched.line
left join opened
    on order_events.file_number = opened.file_number and order_events.line = opened.line
