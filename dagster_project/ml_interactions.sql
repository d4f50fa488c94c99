-- How much each customer is drawn to each product at the moment evaluated.
select
    customer_id,
    product_id,
    weight::double as weight
from features.ftr_interactions
where
    as_of = (select max(newest.as_of) from features.ftr_interactions as newest)
    and weight > 0
order by customer_id, product_id
