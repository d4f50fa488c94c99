create or replace temp view arrived as
select
    parsed.*,
    parsed.rowid as arrival
from parsed
