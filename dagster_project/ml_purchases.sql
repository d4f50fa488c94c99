-- Which goods each customer has bought by the moment evaluated, and when first.
select
    customer_id,
    product_id,
    min(ordered_at) as at
from marts.fct_order_lines
where
    is_goods
    and product_id is not null
    and ordered_at <= (select max(moments.as_of) from intermediate.int_moments_evaluated as moments)
group by customer_id, product_id
order by customer_id, product_id
