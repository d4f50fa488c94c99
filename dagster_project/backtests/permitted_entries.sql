create or replace table analysis.permitted as
select
    entries.customer_id,
    entries.entered_at
from analysis.entries
inner join temp.permitted on entries.entry_id = permitted.customer_id
where permitted.purpose = $purpose
