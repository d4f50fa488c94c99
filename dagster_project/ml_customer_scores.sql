-- Grain: one customer and score. Empty until a model is champion.
-- Contributions: the features that move the log-odds of a probability most, the strongest first.
create or replace table ml.customer_scores (
    customer_id varchar,
    score varchar,
    value double,
    model_version varchar,
    contributions json
);
