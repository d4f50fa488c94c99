comment on table ml.customer_scores is {mark}
