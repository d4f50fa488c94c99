-- A segment that lists somebody twice, if there is one.
select segment
from wanted
group by segment, hash(customer_id), customer_id
having count(*) > 1
limit 1
