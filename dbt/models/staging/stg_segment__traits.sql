{#- One row per identify event: what it says of a person. -#}
{{ config(materialized='incremental', incremental_strategy='append') }}

{%- set address_fields = {
    'street': 'varchar', 'city': 'varchar', 'postalCode': 'varchar', 'country': 'varchar',
} %}
{%- set trait_fields = {
    'firstName': 'varchar', 'lastName': 'varchar', 'gender': 'varchar', 'birthday': 'date', 'age': 'integer',
    'address': address_fields, 'city': 'varchar', 'country': 'varchar', 'locale': 'varchar',
    'preferredChannel': 'varchar', 'preferred_channel': 'varchar', 'plan': 'varchar', 'createdAt': 'timestamp',
} %}

with

events as (

    select * from {{ ref('stg_segment__events') }}
    where type = 'identify' and traits is not null
    {% if is_incremental() %}
        and loaded_at > {{ watermark('loaded_at') }}
    {% endif %}

),

opened as (

    select
        *,
        {{ json_fields('traits', trait_fields) }} as given
    from events

)

select
    message_id,
    source,
    namespace,
    file_number,
    line,
    user_id,
    anonymous_id,
    timestamp,
    email,
    phone,
    {{ present('given."firstName"') }} as first_name,
    {{ present('given."lastName"') }} as last_name,
    lower({{ present('given.gender') }}) as gender,
    given.birthday as birthday,
    case when given.age between 0 and 130 then given.age end as age,
    {{ present('given.address.street') }} as street,
    {{ without_names("coalesce(" ~ present('given.address.city') ~ ", " ~ present('given.city') ~ ")", 'true') }} as city,
    {{ present('given.address."postalCode"') }} as postal_code,
    {{ without_names("coalesce(" ~ present('given.address.country') ~ ", " ~ present('given.country') ~ ")", 'true') }} as country,
    given.locale as locale,
    {{ without_names("coalesce(" ~ present('given."preferredChannel"') ~ ", " ~ present('given.preferred_channel') ~ ")", 'true') }}
        as preferred_channel,
    given.plan as plan,
    given."createdAt" as created_at,
    loaded_at
from opened
