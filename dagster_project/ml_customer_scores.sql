-- Grain: one customer and score. Empty until a model is champion.
create or replace table ml.customer_scores (
    customer_id varchar,
    score varchar,
    value double,
    model_version varchar
);
