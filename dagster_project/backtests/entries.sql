-- Those who entered, each asked for the moment of the entry. Grain: one entry.
create or replace table analysis.entries as
select
    customer_id || '@' || epoch_us(entered_at) as entry_id,
    customer_id,
    entered_at,
    entered_at as asked_at
from analysis.stays
where entered_at is not null
