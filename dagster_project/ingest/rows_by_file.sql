-- What the raw tables hold. Grain: one file of which they hold a row; rows of no file have none.
create or replace temp view rows_by_file as
select
    file_number,
    count(*) filter (not is_rejected) as rows_stored,
    count(*) filter (is_rejected) as rows_rejected
from (
    select file_number, false as is_rejected from raw.events
    union all
    select file_number, false as is_rejected from raw.online_retail
    union all
    select file_number, false as is_rejected from raw.customers
    union all
    select file_number, false as is_rejected from raw.weather
    union all
    select file_number, false as is_rejected from ops.ledger
    union all
    select file_number, true as is_rejected from raw.rejected_events
) as held
group by file_number
