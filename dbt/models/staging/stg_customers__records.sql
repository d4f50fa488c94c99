{#- One row per record of a CRM table; a customer may have several over time. -#}
{{ config(materialized='view') }}

with

records as (

    select * from {{ source('raw', 'customers') }}

),

sources as (

    select * from {{ source('raw', 'sources') }}

)

select
    records.message_id,
    records.source,
    coalesce(sources.namespace, records.source) as namespace,
    records.file_number,
    records.line,
    {{ present('records.user_id') }} as user_id,
    records.updated_at,
    {{ normalised_email('records.email') }} as email,
    {{ normalised_phone('records.phone') }} as phone,
    {{ present('records.first_name') }} as first_name,
    {{ present('records.last_name') }} as last_name,
    lower({{ present('records.gender') }}) as gender,
    records.birthday,
    case when records.age between 0 and 130 then records.age end as age,
    {{ present('records.street') }} as street,
    {{ without_names(present('records.city'), 'true') }} as city,
    {{ present('records.postal_code') }} as postal_code,
    {{ without_names(present('records.country'), 'true') }} as country,
    {{ without_names(present('records.preferred_channel'), 'true') }} as preferred_channel,
    records.loaded_at
from records
left join sources on records.source = sources.source
