{#- One row per session: its events summed up. Orders are not counted here: see fct_sessions. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='visitor_tail',
    meta={'starts': 'started_at', 'ends': 'ended_at'},
) }}

{#- The first and last in order of time and arrival, as one number to compare. -#}
{%- set moment = "(epoch_us(timestamp)::hugeint * 9223372036854775808 + " ~ arrival() ~ ")" %}

with

events as (

    select
        *,
        {{ moment }} as moment,
        case when page_path is not null then struct_pack(referrer := referrer) end as landing,
        case when type in ('page', 'screen') then page_path end as viewed_page
    from {{ ref('int_events_sessionized') }}
    where session_id is not null
    {% if is_incremental() %}
        and known_at > {{ watermark('known_at') }}
    {% endif %}

)

select
    session_id,
    any_value(visitor_id) as visitor_id,
    any_value(source) as source,
    min(timestamp) as started_at,
    max(timestamp) as ended_at,
    count(*) as events,
    count(*) filter (where type in ('page', 'screen')) as page_views,
    count(*) filter (where event = 'Product Viewed') as product_views,
    count(*) filter (where event = 'Products Searched') as searches,
    count(*) filter (where event = 'Product Added') as cart_adds,
    count(*) filter (where event = 'Product Removed') as cart_removes,
    count(*) filter (where event = 'Checkout Started') as checkouts,
    count(*) filter (where event = 'Promotion Viewed') as promotion_views,
    count(*) filter (where event = 'Promotion Clicked') as promotion_clicks,
    coalesce(sum(dwell_seconds), 0)::decimal(18, 3) as engaged_seconds,
    arg_min(page_path, moment) as landing_page,
    -- of the first page alone: later referrers are pages of the site itself
    arg_min(landing, moment).referrer as referrer,
    array_to_string(list_reverse(arg_max(viewed_page, moment, {{ var('click_path_steps') }})), ' > ') as exit_path,
    arg_min(campaign_source, moment) as campaign_source,
    arg_min(campaign_medium, moment) as campaign_medium,
    arg_min(campaign_name, moment) as campaign_name,
    arg_min(country, moment) as country,
    arg_min(city, moment) as city,
    arg_min(device_type, moment) as device_type,
    arg_min(locale, moment) as locale,
    bool_or(is_bot) as is_bot,
    max(known_at) as known_at
from events
group by session_id
