-- The moment that published features were evaluated at: null without any customer.
select max(as_of) as as_of
from features.ftr_customers
