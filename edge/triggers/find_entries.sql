-- Who is a member of one trigger now and was none at the tick before. Grain: one entry.
with

zones as (
    select
        visitors.customer_id,
        arg_max(events.timezone, (events.timestamp, events.message_id)) as timezone
    from warehouse.intermediate.int_events_sessionized as events
    inner join warehouse.marts.dim_visitors as visitors on events.visitor_id = visitors.visitor_id
    where events.timezone is not null
    group by visitors.customer_id
)

select
    entered.trigger_name,
    entered.customer_id,
    entered.entered_at,
    entered.reason,
    entered.message_ids,
    zones.timezone
from warehouse.main.{view} as entered
anti join warehouse.main.members_before as members_before
    on
        entered.trigger_name = members_before.trigger_name
        and entered.customer_id = members_before.customer_id
left join zones on entered.customer_id = zones.customer_id
order by entered.trigger_name, entered.customer_id
