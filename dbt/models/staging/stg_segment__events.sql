{#- One row per accepted event of a Segment source, typed; the only place that reads its JSON. -#}
{{ config(materialized='incremental', incremental_strategy='append') }}

{%- set money = 'decimal(18, 4)' %}
{%- set context_fields = {
    'page': {'path': 'varchar', 'referrer': 'varchar'},
    'userAgent': 'varchar', 'locale': 'varchar', 'timezone': 'varchar', 'gpc': 'json',
    'device': {'type': 'varchar'},
    'location': {'country': 'varchar', 'city': 'varchar'},
    'campaign': {'source': 'varchar', 'medium': 'varchar', 'name': 'varchar'},
    'traits': {'email': 'varchar', 'phone': 'varchar'},
    'consent': {'categoryPreferences': 'json', 'version': 'varchar'},
} %}
{%- set always = ['consent', 'gpc'] %}
{%- set property_fields = {
    'path': 'varchar', 'referrer': 'varchar', 'category': 'varchar',
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

-- Of each event that the tracking plan knows, and of others.
plan as (

    {{ kept_properties(source('raw', 'tracking_plan'), property_fields) }}

),

-- Of contexts and of traits. Grain: one row.
kept_keys as (

    {{ kept_keys(source('raw', 'tracking_plan'), context_fields, always) }}

),

opened as (

    select
        accepted.* exclude (context, properties, traits, integrations),
        kept_keys.* exclude (kept_traits),
        coalesce({{ may_name_someone('accepted.properties') }}, false)
        or coalesce({{ may_name_someone('accepted.context') }}, false) as is_suspect,
        {% for property in property_fields -%}
        coalesce(plan.keeps_{{ property }}, others.keeps_{{ property }}, true) as keeps_{{ property }},
        {% endfor -%}
        coalesce(sources.namespace, accepted.source) as namespace,
        {{ json_fields('accepted.context', context_fields) }} as given_context,
        {{ json_fields('accepted.properties', property_fields) }} as properties,
        case when accepted.type = 'identify' then {{ json_kept('accepted.traits', 'kept_keys.kept_traits') }} end as traits
    from accepted
    cross join kept_keys
    left join sources on accepted.source = sources.source
    left join plan on case when accepted.type = 'track' then accepted.event else accepted.type end = plan.event
    left join plan as others on others.event = '*'

),

minimised as (

    select
        *,
        {{ kept_context('given_context', context_fields, always) }} as context,
        {{ json_fields('traits', {'email': 'varchar', 'phone': 'varchar'}) }} as contacts
    from opened

)

select
    message_id,
    source,
    namespace,
    file_number,
    line,
    type,
    case when type = 'track' then {{ without_names('event', "contains(event, '@')") }} else type end as event,
    user_id,
    anonymous_id,
    previous_id,
    timestamp,
    received_at,
    coalesce({{ is_robot('context."userAgent"') }}, false) as is_bot,
    {{ page_address("coalesce(" ~ kept('path') ~ ", context.page.path, case when type = 'screen' then name end)") }} as page_path,
    {{ page_address('coalesce(' ~ kept('referrer') ~ ', context.page.referrer)') }} as referrer,
    context.location.country as country,
    {{ without_names('context.location.city') }} as city,
    {{ device_type('context.device.type', 'context."userAgent"') }} as device_type,
    context.locale as locale,
    context.timezone as timezone,
    {{ without_names('context.campaign.source') }} as campaign_source,
    {{ without_names('context.campaign.medium') }} as campaign_medium,
    {{ without_names('context.campaign.name') }} as campaign_name,
    {{ present(kept('product_id')) }} as product_id,
    {{ without_names(present(kept('category'))) }} as category,
    {{ without_names(kept('brand')) }} as brand,
    case when {{ kept('product_id') }} is not null then {{ without_names(kept('name')) }} end as product_name,
    {{ kept('price') }} as price,
    {{ kept('list_price') }} as list_price,
    {{ kept('margin_share') }} as margin_share,
    case when {{ kept('quantity') }} > 0 then {{ kept('quantity') }} end as quantity,
    {{ present(kept('order_id')) }} as order_id,
    coalesce(
        {{ kept('revenue') }},
        {{ kept('subtotal') }},
        {{ kept('total') }} - coalesce({{ kept('shipping') }}, 0) - coalesce({{ kept('tax') }}, 0)
    ) as revenue,
    coalesce({{ kept('value') }}, revenue) as value,
    {{ kept('discount') }} as discount,
    {{ without_names(present(kept('coupon'))) }} as coupon,
    {{ kept('currency') }} as currency,
    {{ without_names(kept('query')) }} as search_query,
    {{ without_names(kept('promotion_id')) }} as promotion_id,
    case when {{ kept('dwell_seconds') }} >= 0 then {{ kept('dwell_seconds') }} end as dwell_seconds,
    case when {{ kept('scroll_depth_share') }} between 0 and 1 then {{ kept('scroll_depth_share') }} end as scroll_depth_share,
    {{ without_names(kept('form_id')) }} as form_id,
    {{ kept('purpose') }} as consent_purpose,
    {{ without_names(kept('method')) }} as consent_method,
    coalesce({{ kept('text_version') }}, context.consent.version) as consent_text_version,
    {{ is_gpc_set('context.gpc') }} as has_gpc,
    {{ normalised_email('coalesce(contacts.email, context.traits.email)') }} as email,
    {{ normalised_phone('coalesce(contacts.phone, context.traits.phone)') }} as phone,
    case
        when type = 'track' and (event like 'Order %' or event like 'Checkout %' or event = 'Cart Viewed') then {{ kept('products') }}
    end as products,
    traits,
    context.consent."categoryPreferences" as consent,
    loaded_at
from minimised
