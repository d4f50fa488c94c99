create or replace table analysis.members as
select person_id as customer_id
from analysis.evaluated
where is_member and as_of = $as_of
