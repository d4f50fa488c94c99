-- Grain: one customer and rank. Empty until a model is champion.
create or replace table ml.recommendations (
    customer_id varchar,
    rank integer,
    product_id varchar,
    score double,
    source varchar,
    model_version varchar
);
