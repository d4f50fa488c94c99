{#- One row per order of one source, of Segment events and of invoices alike. -#}
{{ config(materialized='view') }}

select
    order_id,
    source,
    customer_id,
    visitor_id,
    file_number,
    line,
    ordered_at,
    cast(revenue as decimal(18, 4)) as revenue,
    item_count,
    discount,
    coupon,
    currency
from {{ ref('int_orders_corrected') }}

union all

select
    invoice as order_id,
    source,
    customer_id,
    visitor_id,
    file_number,
    line,
    invoice_at as ordered_at,
    cast(revenue as decimal(18, 4)) as revenue,
    item_count,
    null as discount,
    null as coupon,
    null as currency
from {{ ref('int_invoices_summed') }}
where is_order
