-- Grain: one customer. Empty until a model is champion.
create or replace table ml.customer_clusters (
    customer_id varchar,
    as_of timestamp,
    cluster integer,
    label varchar,
    distance double,
    model_version varchar
);
