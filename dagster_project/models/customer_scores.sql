-- Grain: one customer and score. Empty until a model is champion.
-- Contributions: the features that move the log-odds of a probability most, or what sets the logarithm of expected
-- orders or of a lifetime value apart from a new buyer's; the strongest first.
create or replace table ml.customer_scores (
    customer_id varchar,
    score varchar,
    value double,
    model_version varchar,
    contributions json
);
