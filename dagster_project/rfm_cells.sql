select r_score, f_score from features.ftr_customers where rfm_score is not null
