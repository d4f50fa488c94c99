-- Grain: one segment and rank. Empty until a model is champion.
create or replace table ml.segment_recommendations (
    segment varchar,
    rank integer,
    product_id varchar,
    score double,
    customers bigint,
    model_version varchar
);
