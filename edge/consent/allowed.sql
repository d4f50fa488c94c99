select count(*) > 0 as is_allowed
from permitted
where customer_id = $customer_id and purpose = $purpose
