{#- One row per invoice line of a tabular shop export. -#}
{{ config(materialized='view') }}

with

lines as (

    select * from {{ source('raw', 'online_retail') }}

),

sources as (

    select * from {{ source('raw', 'sources') }}

)

select
    lines.message_id,
    lines.source,
    coalesce(sources.namespace, lines.source) as namespace,
    lines.file_number,
    lines.line,
    lines.invoice,
    upper(lines.invoice) like 'C%' as is_cancellation,
    trim(lines.stock_code) as stock_code,
    not ({{ is_service_code('trim(lines.stock_code)') }}) as is_goods,
    lines.description,
    lines.quantity,
    cast(lines.unit_price as decimal(18, 4)) as unit_price,
    lines.invoice_at,
    {{ present('lines.customer') }} as user_id,
    case when {{ present('lines.customer') }} is null then 'invoice:' || lines.invoice end as anonymous_id,
    lines.country,
    lines.loaded_at
from lines
left join sources on lines.source = sources.source
