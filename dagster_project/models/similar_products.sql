-- Grain: one product and rank. Empty until a model is champion.
create or replace table ml.similar_products (
    product_id varchar,
    rank integer,
    similar_product_id varchar,
    score double
);
