-- Which goods each customer bought on which day, up to the moment evaluated.
select
    customer_id,
    product_id,
    count(*)::double as weight,
    cast(ordered_at as date)::timestamp as at
from marts.fct_order_lines as lines
semi join intermediate.int_customers_learnable as learnable on lines.customer_id = learnable.customer_id
where
    is_goods
    and product_id is not null
    and ordered_at <= (select max(moments.as_of) from intermediate.int_moments_evaluated as moments)
group by customer_id, product_id, cast(ordered_at as date)
order by customer_id, product_id, cast(ordered_at as date)
