{#- One row per accepted event of a Segment source, typed; the only place that reads its JSON. -#}
{{ config(materialized='incremental', incremental_strategy='append') }}

{%- set money = 'decimal(18, 4)' %}
{%- set context_fields = {
    'page': {'path': 'varchar', 'title': 'varchar', 'referrer': 'varchar'},
    'userAgent': 'varchar', 'locale': 'varchar', 'timezone': 'varchar', 'gpc': 'json',
    'device': {'type': 'varchar'},
    'location': {'country': 'varchar', 'city': 'varchar'},
    'campaign': {'source': 'varchar', 'medium': 'varchar', 'name': 'varchar'},
    'traits': {'email': 'varchar', 'phone': 'varchar'},
    'consent': {'categoryPreferences': 'json', 'version': 'varchar'},
} %}
{%- set property_fields = {
    'path': 'varchar', 'title': 'varchar', 'referrer': 'varchar', 'category': 'varchar',
    'product_id': 'varchar', 'name': 'varchar', 'brand': 'varchar',
    'price': money, 'list_price': money, 'margin_share': 'double', 'quantity': 'double',
    'order_id': 'varchar', 'value': money, 'revenue': money, 'subtotal': money, 'total': money,
    'shipping': money, 'tax': money, 'discount': money, 'coupon': 'varchar', 'currency': 'varchar',
    'query': 'varchar', 'promotion_id': 'varchar', 'dwell_seconds': 'decimal(18, 3)',
    'scroll_depth_share': 'decimal(9, 6)', 'form_id': 'varchar', 'purpose': 'varchar', 'method': 'varchar',
    'text_version': 'varchar', 'products': 'json',
} %}

with

accepted as (

    select * from {{ source('raw', 'events') }}
    {% if is_incremental() %}
    where loaded_at > {{ watermark('loaded_at') }}
    {% endif %}

),

sources as (

    select * from {{ source('raw', 'sources') }}

),

opened as (

    select
        accepted.* exclude (context, properties, traits, integrations),
        coalesce(sources.namespace, accepted.source) as namespace,
        {{ json_fields('accepted.context', context_fields) }} as context,
        {{ json_fields('accepted.properties', property_fields) }} as properties,
        case when accepted.type = 'identify' then accepted.traits end as traits,
        case
            when accepted.type = 'identify' then {{ json_fields('accepted.traits', {'email': 'varchar', 'phone': 'varchar'}) }}
        end as contacts
    from accepted
    left join sources on accepted.source = sources.source

)

select
    message_id,
    source,
    namespace,
    file_number,
    line,
    type,
    case when type = 'track' then event else type end as event,
    user_id,
    anonymous_id,
    previous_id,
    timestamp,
    received_at,
    coalesce({{ is_robot('context."userAgent"') }}, false) as is_bot,
    coalesce(properties.path, context.page.path, case when type = 'screen' then name end) as page_path,
    coalesce(properties.title, context.page.title, name) as page_title,
    coalesce(properties.referrer, context.page.referrer) as referrer,
    context.location.country as country,
    context.location.city as city,
    {{ device_type('context.device.type', 'context."userAgent"') }} as device_type,
    context.locale as locale,
    context.timezone as timezone,
    context.campaign.source as campaign_source,
    context.campaign.medium as campaign_medium,
    context.campaign.name as campaign_name,
    {{ present('properties.product_id') }} as product_id,
    {{ present('properties.category') }} as category,
    properties.brand as brand,
    case when properties.product_id is not null then properties.name end as product_name,
    properties.price as price,
    properties.list_price as list_price,
    properties.margin_share as margin_share,
    case when properties.quantity > 0 then properties.quantity end as quantity,
    {{ present('properties.order_id') }} as order_id,
    properties.value as value,
    coalesce(
        properties.revenue,
        properties.subtotal,
        properties.total - coalesce(properties.shipping, 0) - coalesce(properties.tax, 0)
    ) as revenue,
    properties.discount as discount,
    {{ present('properties.coupon') }} as coupon,
    properties.currency as currency,
    properties.query as search_query,
    properties.promotion_id as promotion_id,
    case when properties.dwell_seconds >= 0 then properties.dwell_seconds end as dwell_seconds,
    case when properties.scroll_depth_share between 0 and 1 then properties.scroll_depth_share end as scroll_depth_share,
    properties.form_id as form_id,
    properties.purpose as consent_purpose,
    properties.method as consent_method,
    coalesce(properties.text_version, context.consent.version) as consent_text_version,
    {{ is_gpc_set('context.gpc') }} as has_gpc,
    {{ normalised_email('coalesce(contacts.email, context.traits.email)') }} as email,
    {{ normalised_phone('coalesce(contacts.phone, context.traits.phone)') }} as phone,
    case
        when type = 'track' and (event like 'Order %' or event like 'Checkout %' or event = 'Cart Viewed') then properties.products
    end as products,
    traits,
    context.consent."categoryPreferences" as consent,
    loaded_at
from opened
