{#-
One row per customer and moment with goods bought by then: how dear they buy within a category, and how often
at a discount. A price level of 1 is the average price of the category, 0.5 half of it.
-#}
{{ config(materialized='table') }}

with

lines as (

    select
        customer_id,
        as_of,
        category,
        price < list_price as is_discounted,
        try_cast(quantity as decimal(18, 3)) as quantity,
        try_cast(quantity as decimal(18, 3)) * price as paid

    from {{ ref('int_order_lines_evaluated') }}

    where is_goods

),

categories as (

    select
        as_of,
        category,
        sum(paid) / nullif(sum(quantity), 0) as average_price

    from lines

    where category is not null

    group by as_of, category

)

select
    lines.customer_id,
    lines.as_of,
    cast(sum(lines.paid) filter (where lines.category is not null) as double)
    / nullif(cast(sum(cast(lines.quantity * categories.average_price as decimal(38, 10))) as double), 0)
        as price_level,
    cast(coalesce(sum(lines.quantity) filter (where lines.is_discounted), 0) as double)
    / nullif(cast(sum(lines.quantity) filter (where lines.is_discounted is not null) as double), 0) as discounted_share

from lines

left join categories
    on lines.as_of = categories.as_of and lines.category = categories.category

group by lines.customer_id, lines.as_of
