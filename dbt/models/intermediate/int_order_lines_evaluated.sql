{#- One row per order line and moment up to which the order was placed: as it was then. -#}
{{ config(materialized='view') }}
{%- set columns = ['product_id', 'category', 'brand', 'quantity', 'price', 'list_price'] %}

with

revised as (

    select * from {{ ref('int_orders_revised') }}

)

select
    lines.customer_id,
    moments.as_of,
    lines.ordered_at,
    lines.is_goods,
    {% for column in columns -%}
    lines.{{ column }}{{ ',' if not loop.last }}
    {% endfor %}
from {{ ref('int_order_lines_united') }} as lines

inner join {{ ref('int_moments_evaluated') }} as moments on lines.ordered_at <= moments.as_of

where
    not exists (
        select 1 from revised
        where
            revised.source = lines.source
            and revised.order_id = lines.order_id
            and revised.as_of = moments.as_of
    )

union all

select
    orders.customer_id,
    revised.as_of,
    orders.ordered_at,
    true as is_goods,
    {% for column in columns -%}
    lines.{{ column }}{{ ',' if not loop.last }}
    {% endfor %}
from revised

inner join {{ ref('int_orders_united') }} as orders
    on revised.source = orders.source and revised.order_id = orders.order_id

inner join {{ ref('stg_segment__order_lines') }} as lines on revised.lines_message_id = lines.message_id
