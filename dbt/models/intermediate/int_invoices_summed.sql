{#- One row per invoice of a tabular shop export: what it sells, or gives back. -#}
{{ config(materialized='table') }}

{%- set amount = 'lines.quantity * lines.unit_price' %}
{%- set is_sold = 'lines.quantity > 0 and lines.unit_price > 0 and not lines.is_cancellation' %}

with

lines as (

    select * from {{ ref('stg_online_retail__lines') }}

),

visitors as (

    select * from {{ source('intermediate', 'int_identifiers_resolved') }} where visitor_id is not null

),

invoices as (

    select
        source,
        namespace,
        invoice,
        max(user_id) as user_id,
        max(anonymous_id) as anonymous_id,
        max(country) as country,
        min(invoice_at) as invoice_at,
        min(file_number) as file_number,
        arg_min(line, row(file_number, line)) as line,
        bool_or({{ is_sold }}) as is_order,
        bool_or(is_cancellation) as is_refund,
        coalesce(sum(case when {{ is_sold }} then {{ amount }} end), 0) as revenue,
        coalesce(sum(case when {{ is_sold }} and is_goods then quantity end), 0) as item_count,
        coalesce(-sum(case when is_cancellation then {{ amount }} end), 0) as refunded
    from lines
    group by source, namespace, invoice

)

select
    invoices.source,
    invoices.invoice,
    visitors.visitor_id,
    visitors.customer_id,
    invoices.country,
    invoices.invoice_at,
    invoices.file_number,
    invoices.line,
    invoices.is_order,
    invoices.is_refund,
    cast(invoices.revenue as decimal(18, 4)) as revenue,
    cast(invoices.item_count as double) as item_count,
    cast(invoices.refunded as decimal(18, 4)) as refunded
from invoices
inner join visitors
    on
        invoices.namespace = visitors.namespace
        and case when invoices.user_id is null then 'anonymous_id' else 'user_id' end = visitors.identifier_type
        and coalesce(invoices.user_id, invoices.anonymous_id) = visitors.identifier
