{#-
One row per customer, product and moment: how much the customer has shown for it. A view scores 1, a cart add 3,
an order line 5; `weight` halves each score with every half-life passed, in whole days. Refunds take nothing away:
the interest was shown. Goods only.
-#}
{{ config(materialized='table') }}

with

moments as (

    select as_of from {{ ref('int_moments_evaluated') }}

),

actions as (

    select
        visitors.customer_id,
        products.as_of,
        products.product_id,
        products.category,
        products.brand,
        products.event_date,
        products.product_views,
        products.cart_adds,
        0 as purchases,
        products.last_at

    from {{ ref('int_visitor_products_evaluated') }} as products

    inner join {{ ref('dim_visitors') }} as visitors on products.visitor_id = visitors.visitor_id

    union all

    select
        lines.customer_id,
        moments.as_of,
        lines.product_id,
        lines.category,
        lines.brand,
        cast(lines.ordered_at as date) as event_date,
        0 as product_views,
        0 as cart_adds,
        1 as purchases,
        lines.ordered_at as last_at

    from {{ ref('fct_order_lines') }} as lines

    inner join moments on lines.ordered_at <= moments.as_of

    where lines.is_goods and lines.product_id is not null

),

-- decimals add up exactly: the same rows give the same weight in whatever order they are read
decays as (

    select
        as_of,
        event_date,
        cast(
            pow(0.5, {{ calendar_days('event_date', 'cast(as_of as date)') }} / {{ var('interaction_half_life_days') }}.0)
            as decimal(28, 18)
        ) as decay

    from (select distinct as_of, event_date from actions)

)

select
    actions.customer_id,
    actions.as_of,
    actions.product_id,
    max(actions.category) as category,
    max(actions.brand) as brand,
    cast(sum(actions.product_views) as bigint) as product_views,
    cast(sum(actions.cart_adds) as bigint) as cart_adds,
    cast(sum(actions.purchases) as bigint) as purchases,
    cast(sum({{ interaction_score() }}) as bigint) as score_plain,
    cast(sum(({{ interaction_score() }}) * decays.decay) as double) as weight,
    max(actions.last_at) as last_at

from actions

inner join decays
    on actions.as_of = decays.as_of and actions.event_date = decays.event_date

group by actions.customer_id, actions.as_of, actions.product_id
