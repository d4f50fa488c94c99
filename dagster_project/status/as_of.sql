select max(as_of) as as_of from features.ftr_customers
