-- A day later, in percent of members: 0.5 left, 0.5 came, 1 have another value, 0.1 withdrew.
delete from segments.fct_segment_members where hash(customer_id, 1) % 1000 < 5;
insert into segments.fct_segment_members
select customer_id, 'segment_' || ((hash(customer_id) + 1) % 5) as segment
from marts.dim_customers where hash(customer_id, 2) % 1000 < 5;
update marts.dim_customers set country = 'NL' where hash(customer_id, 3) % 1000 < 10;
update marts.dim_consent_status set is_granted = false where hash(customer_id, 4) % 1000 < 1;
