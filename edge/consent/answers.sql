-- A second answer to the same question can only be a fault upstream: then a withdrawal wins.
create or replace temp view consent_answers as
select
    customer_id,
    purpose,
    bool_and(is_granted) as is_granted
from warehouse.marts.dim_consent_status
group by customer_id, purpose
