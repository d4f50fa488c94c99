-- What is said of each product; goods without a price stay without one.
select
    product_id,
    name,
    category,
    brand,
    price::double as price,
    margin_share
from marts.dim_products
where product_id in (
    select interactions.product_id from features.ftr_interactions as interactions
    union
    select lines.product_id from marts.fct_order_lines as lines
    where lines.is_goods
)
order by product_id
