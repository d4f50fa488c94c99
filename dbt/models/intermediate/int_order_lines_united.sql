{#- One row per line of an order, of Segment events and of invoices alike. -#}
{{ config(materialized='table') }}

with

invoice_lines as (

    select
        *,
        row_number() over (partition by source, invoice order by file_number, line) as line_number
    from {{ ref('stg_online_retail__lines') }}
    where quantity > 0 and unit_price > 0 and not is_cancellation

)

select
    orders.order_id,
    orders.source,
    lines.line_number,
    orders.customer_id,
    orders.ordered_at,
    lines.product_id,
    lines.product_name,
    lines.category,
    lines.brand,
    lines.quantity,
    lines.price,
    lines.list_price,
    true as is_goods
from {{ ref('int_orders_corrected') }} as orders
inner join {{ ref('stg_segment__order_lines') }} as lines on orders.lines_message_id = lines.message_id

union all

select
    invoices.invoice as order_id,
    invoices.source,
    invoice_lines.line_number,
    invoices.customer_id,
    invoices.invoice_at as ordered_at,
    invoice_lines.stock_code as product_id,
    invoice_lines.description as product_name,
    null as category,
    null as brand,
    cast(invoice_lines.quantity as double) as quantity,
    invoice_lines.unit_price as price,
    null as list_price,
    invoice_lines.is_goods
from {{ ref('int_invoices_summed') }} as invoices
inner join invoice_lines on invoices.source = invoice_lines.source and invoices.invoice = invoice_lines.invoice
