{#-
One row per customer, product and moment: how much the customer has shown for it. A view scores 1, a cart add 3,
an order line 5; `weight` halves each score with every half-life passed, in whole days. Refunds take nothing away:
the interest was shown. Goods only.
-#}
{{ config(materialized='table') }}

with

actions as (

    select
        visitors.customer_id,
        products.as_of,
        products.product_id,
        products.event_date,
        products.product_views,
        products.discounted_views,
        products.cart_adds,
        0 as purchases,
        products.last_at

    from {{ ref('int_visitor_products_evaluated') }} as products

    inner join {{ ref('dim_visitors') }} as visitors on products.visitor_id = visitors.visitor_id

    union all

    select
        customer_id,
        as_of,
        product_id,
        cast(ordered_at as date) as event_date,
        0 as product_views,
        0 as discounted_views,
        0 as cart_adds,
        1 as purchases,
        ordered_at as last_at

    from {{ ref('int_order_lines_evaluated') }}

    where is_goods and product_id is not null

),

aged as (

    select
        *,
        {{ calendar_days('event_date', 'cast(as_of as date)') }} as age_days

    from actions

),

scored as (

    select
        *,
        {{ interaction_score() }} as score,
        pow(0.5, age_days / cast({{ var('interaction_half_life_days') }} as double)) as decay

    from aged

)

select
    customer_id,
    as_of,
    product_id,
    cast(sum(product_views) as bigint) as product_views,
    cast(sum(cart_adds) as bigint) as cart_adds,
    cast(sum(purchases) as bigint) as purchases,
    cast(coalesce(sum(product_views) filter (where age_days <= 30), 0) as bigint) as product_views_30_days,
    cast(coalesce(sum(discounted_views) filter (where age_days <= 30), 0) as bigint) as discounted_views_30_days,
    cast(coalesce(sum(purchases) filter (where age_days <= 30), 0) as bigint) as purchases_30_days,
    cast(sum(score) as bigint) as score_plain,
    -- decimals add up exactly: the same rows give the same weight in whatever order they are read
    cast(sum(cast(score * decay as decimal(18, 12))) as double) as weight,
    max(last_at) as last_at

from scored

group by customer_id, as_of, product_id
