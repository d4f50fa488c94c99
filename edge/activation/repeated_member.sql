-- A segment that lists somebody twice of whom something would be sent, if there is one.
select wanted.segment
from wanted
semi join changes on wanted.segment = changes.segment and wanted.customer_id = changes.customer_id
group by wanted.segment, wanted.customer_id
having count(*) > 1
limit 1
