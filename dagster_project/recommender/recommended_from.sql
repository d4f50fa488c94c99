-- What recommendations are made from, as one text: it changes with any row of it. Hashed twice, because a hash of several
-- columns is so linear in the last one that equal changes of two rows would cancel.
select
    concat_ws(
        ' ',
        (
            select concat_ws(' ', max(as_of), count(*), sum(hash(hash(customer_id, product_id, score_plain, weight))))
            from features.ftr_interactions
        ),
        (
            select concat_ws(' ', count(*), sum(hash(hash(order_id, line_number, customer_id, product_id, ordered_at))))
            from marts.fct_order_lines
        ),
        (select concat_ws(' ', count(*), sum(hash(hash(product_id, name, category, brand, price, margin_share)))) from marts.dim_products),
        (select concat_ws(' ', count(*), sum(hash(hash(customer_id, country)))) from marts.dim_customers),
        (select concat_ws(' ', count(*), sum(hash(hash(customer_id, label)))) from ml.customer_clusters),
        (select concat_ws(' ', count(*), sum(hash(customer_id))) from intermediate.int_customers_learnable)
    ) as mark
