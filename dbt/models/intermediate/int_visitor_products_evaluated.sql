{#- One row per visitor, session, UTC day, product and moment: views and cart adds by as_of. -#}
{{ config(materialized='view') }}

with

moments as (

    select as_of from {{ ref('int_moments_evaluated') }}

),

interrupted as (

    select * from {{ ref('int_events_interrupted') }}

),

whole as (

    select
        moments.as_of,
        products.*

    from {{ ref('int_visitor_products_summed') }} as products

    inner join moments on products.first_at <= moments.as_of

    where
        not exists (
            select 1 from interrupted
            where interrupted.session_id = products.session_id and interrupted.as_of = moments.as_of
        )

)

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
