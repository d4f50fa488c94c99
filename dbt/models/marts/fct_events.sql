{#- One row per event, in its session. -#}
{{ config(materialized='view') }}

select
    events.message_id,
    events.source,
    events.type,
    events.event,
    events.timestamp,
    events.received_at,
    events.visitor_id,
    coalesce(events.session_id, attributed.session_id) as session_id,
    events.page_path,
    events.referrer,
    events.product_id,
    events.category,
    events.brand,
    events.price,
    events.list_price,
    events.quantity,
    events.order_id,
    events.value,
    events.promotion_id,
    events.form_id,
    events.dwell_seconds,
    events.scroll_depth_share,
    events.campaign_source,
    events.campaign_medium,
    events.campaign_name,
    events.country,
    events.city,
    events.device_type,
    events.locale,
    events.timezone,
    events.is_bot,
    events.file_number,
    events.line
from {{ ref('int_events_sessionized') }} as events
left join {{ ref('int_order_events_attributed') }} as attributed
    on events.file_number = attributed.file_number and events.line = attributed.line
