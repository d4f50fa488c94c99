create or replace table analysis.permitted as
select
    customer_id,
    entered_at
from analysis.entries
