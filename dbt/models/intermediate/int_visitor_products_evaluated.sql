{#- One row per visitor, session, UTC day, product and moment: views and cart adds by as_of. -#}
{{ config(materialized='view') }}

with

{{ evaluated('int_visitor_products_summed') }}

select
    as_of,
    visitor_id,
    session_id,
    event_date,
    product_id,
    category,
    brand,
    list_price,
    margin_share,
    product_views,
    discounted_views,
    cart_adds,
    first_at,
    last_at

from whole

union all

select
    as_of,
    visitor_id,
    session_id,
    event_date,
    product_id,
    {{ product_sums() }}

from interrupted

where event in ('Product Viewed', 'Product Added') and product_id is not null

group by as_of, visitor_id, session_id, event_date, product_id
