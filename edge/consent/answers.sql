-- A second answer to the same question can only be a fault upstream: then a withdrawal wins.
create or replace temp view consent_answers as
select
    customer_id,
    purpose,
    bool_and(is_granted) as is_granted,
    bool_and(is_explicit) as is_explicit,
    max(answered_at) as answered_at
from {catalog}.marts.dim_consent_status
group by customer_id, purpose
