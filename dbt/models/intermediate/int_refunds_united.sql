{#- One row per refund, whether it names an order or not, of Segment events and of invoices alike. -#}
{{ config(materialized='view') }}

select
    concat(source, ':', message_id) as refund_id,
    order_id,
    source,
    customer_id,
    refunded_at,
    amount
from {{ ref('int_refunds_capped') }}

union all

select
    concat(source, ':', invoice) as refund_id,
    null as order_id,
    source,
    customer_id,
    invoice_at as refunded_at,
    refunded as amount
from {{ ref('int_invoices_summed') }}
where is_refund
