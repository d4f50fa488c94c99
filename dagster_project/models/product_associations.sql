-- Grain: one product and rank. Empty until a model is champion.
create or replace table ml.product_associations (
    product_id varchar,
    rank integer,
    associated_product_id varchar,
    baskets bigint,
    support double,
    confidence double,
    lift double
);
