select *
from ml.customer_scores
where customer_id = $customer_id
order by score
