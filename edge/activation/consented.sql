-- Who may be used for the purposes of this target and of its segments; asked once, as it is read often.
-- Grain: one customer and purpose.
create or replace temp table consented as
select
    customer_id,
    purpose
from permitted
where purpose = $purpose or purpose in (select audiences.purpose from audiences)
