{#- One row per product: the latest of each attribute that an event, an order line or an invoice line gives. -#}
{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='product_id') }}

{%- set attributes = ['name', 'category', 'brand', 'price', 'margin_share'] %}
{%- set origins = {
    'events': {
        'from': ref('stg_segment__events'), 'at': 'timestamp', 'name': 'product_name',
        'price': 'coalesce(list_price, price)', 'condition': 'product_id is not null',
    },
    'order_lines': {
        'from': ref('stg_segment__order_lines'), 'at': 'timestamp', 'name': 'product_name',
        'price': 'coalesce(list_price, price)', 'margin_share': 'cast(null as double)',
        'condition': 'product_id is not null',
    },
    'lines': {
        'from': ref('stg_online_retail__lines'), 'at': 'invoice_at', 'product_id': 'stock_code', 'name': 'description',
        'category': 'null', 'brand': 'null', 'price': 'unit_price', 'margin_share': 'cast(null as double)',
        'condition': 'is_goods and quantity > 0 and unit_price > 0',
    },
} %}

with

observations as (

    {% for origin, reads in origins.items() %}
    select
        {{ reads.get('product_id', 'product_id') }} as product_id,
        {% for attribute in attributes %}
        {{ reads.get(attribute, attribute) }} as {{ attribute }},
        {%- endfor %}
        max({{ reads.at }}) as observed_at,
        '{{ origin }}' as origin,
        max(loaded_at) as loaded_at
    from {{ reads.from }}
    where {{ reads.condition }}
        {% if is_incremental() %} and loaded_at > {{ watermark(origin ~ '_loaded_at') }} {% endif %}
    group by all
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

observed as (

    -- the greatest (moment, value): equal moments go by the value, so that the order of reading never matters
    select
        product_id,
        {% for attribute in attributes %}
        max(struct_pack(at := observed_at, value := {{ attribute }})) filter (where {{ attribute }} is not null) as latest_{{ attribute }},
        {%- endfor %}
        {% for origin in origins %}
        max(loaded_at) filter (where origin = '{{ origin }}') as {{ origin }}_loaded_at{{ ',' if not loop.last }}
        {%- endfor %}
    from observations
    group by product_id

)

{% if is_incremental() %}
select
    observed.product_id,
    {% for attribute in attributes %}
    greatest(observed.latest_{{ attribute }}, known.latest_{{ attribute }}) as latest_{{ attribute }},
    {%- endfor %}
    {% for origin in origins %}
    greatest(observed.{{ origin }}_loaded_at, known.{{ origin }}_loaded_at) as {{ origin }}_loaded_at{{ ',' if not loop.last }}
    {%- endfor %}
from observed
left join {{ this }} as known on observed.product_id = known.product_id
{% else %}
select * from observed
{% endif %}
