-- Whom it is asked of, and when. Grain: one customer and moment.
create table warehouse.main.entries as
select
    customer_id || '@' || epoch_us(asked_at) as entry_id,
    customer_id,
    asked_at
from (
    select
        unnest($customers::varchar[]) as customer_id,
        unnest($moments::timestamp[]) as asked_at
) as asked
