{#- One row per product named by an event about an order. -#}
{{ config(materialized='incremental', incremental_strategy='append') }}

{%- set money = 'decimal(18, 4)' %}
{%- set product_fields = {
    'product_id': 'varchar', 'sku': 'varchar', 'name': 'varchar', 'category': 'varchar', 'brand': 'varchar',
    'price': money, 'list_price': money, 'quantity': 'double',
} %}

with

order_events as (

    select * from {{ ref('stg_segment__order_events') }}
    {% if is_incremental() %}
    where loaded_at > {{ watermark('loaded_at') }}
    {% endif %}

),

opened as (

    select
        message_id,
        source,
        file_number,
        line,
        timestamp,
        {{ json_objects('products', product_fields) }} as products,
        loaded_at
    from order_events
    where products is not null

),

numbered as (

    select
        opened.* exclude (products),
        products,
        unnest(range(1, len(products) + 1)) as line_number
    from opened

)

select
    message_id,
    source,
    file_number,
    line,
    timestamp,
    line_number,
    coalesce({{ present('products[line_number].product_id') }}, {{ present('products[line_number].sku') }}) as product_id,
    products[line_number].name as product_name,
    {{ present('products[line_number].category') }} as category,
    products[line_number].brand as brand,
    case when products[line_number].quantity >= 0 then products[line_number].quantity else 1 end as quantity,
    products[line_number].price as price,
    products[line_number].list_price as list_price,
    loaded_at
from numbered
where products[line_number] is not null
