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

-- Of the properties that are read, those that config/tracking_plan.yml keeps: of each event that it knows, and of others.
plan as (

    select
        event,
        {% for property in property_fields -%}
        bool_or(property = '{{ property }}') as keeps_{{ property }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ source('raw', 'tracking_plan') }}
    group by event

),

-- Without a list all is kept.
context_plan as (

    select
        {% for key in context_fields if key not in always -%}
        coalesce(bool_or(property = '{{ key }}'), true) as keeps_context_{{ key }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ source('raw', 'tracking_plan') }}
    where event = '(context)'

),

traits_plan as (

    select list(property) as kept_traits
    from {{ source('raw', 'tracking_plan') }}
    where event = '(traits)'

),

traits_kept as (

    select
        accepted.* exclude (traits),
        context_plan.*,
        case when accepted.type = 'identify' then {{ json_kept('accepted.traits', 'traits_plan.kept_traits') }} end as traits
    from accepted
    cross join context_plan
    cross join traits_plan

),

opened as (

    select
        traits_kept.* exclude (context, properties, integrations),
        coalesce({{ may_name_someone('traits_kept.properties') }}, false)
        or coalesce({{ may_name_someone('traits_kept.context') }}, false) as is_suspect,
        {% for property in property_fields -%}
        coalesce(plan.keeps_{{ property }}, others.keeps_{{ property }}, true) as keeps_{{ property }},
        {% endfor -%}
        coalesce(sources.namespace, traits_kept.source) as namespace,
        {{ json_fields('traits_kept.context', context_fields) }} as given_context,
        {{ json_fields('traits_kept.properties', property_fields) }} as properties,
        {{ json_fields('traits_kept.traits', {'email': 'varchar', 'phone': 'varchar'}) }} as contacts
    from traits_kept
    left join sources on traits_kept.source = sources.source
    left join plan on case when traits_kept.type = 'track' then traits_kept.event else traits_kept.type end = plan.event
    left join plan as others on others.event = '*'

),

minimised as (

    select
        *,
        {{ kept_context('given_context', context_fields, always) }} as context
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
    {{ kept('value') }} as value,
    coalesce(
        {{ kept('revenue') }},
        {{ kept('subtotal') }},
        {{ kept('total') }} - coalesce({{ kept('shipping') }}, 0) - coalesce({{ kept('tax') }}, 0)
    ) as revenue,
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
