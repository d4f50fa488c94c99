-- What each customer did with each product, day by day, weighted as on the day itself.
with

actions as (

    select
        visitors.customer_id,
        products.product_id,
        products.event_date,
        $view * products.product_views + $cart * products.cart_adds as weight
    from intermediate.int_visitor_products_evaluated as products
    inner join marts.dim_visitors as visitors on products.visitor_id = visitors.visitor_id
    semi join intermediate.int_customers_learnable as learnable on visitors.customer_id = learnable.customer_id
    where products.as_of = (select max(moments.as_of) from intermediate.int_moments_evaluated as moments)

    union all

    select
        lines.customer_id,
        lines.product_id,
        cast(lines.ordered_at as date) as event_date,
        $purchase as weight
    from marts.fct_order_lines as lines
    semi join intermediate.int_customers_learnable as learnable on lines.customer_id = learnable.customer_id
    where
        lines.is_goods
        and lines.product_id is not null
        and lines.ordered_at <= (select max(moments.as_of) from intermediate.int_moments_evaluated as moments)

)

select
    customer_id,
    product_id,
    sum(weight)::double as weight,
    event_date::timestamp as at
from actions
group by customer_id, product_id, event_date
having sum(weight) > 0
order by customer_id, product_id, event_date
