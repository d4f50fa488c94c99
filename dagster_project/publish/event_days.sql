-- What tells whether a day changed: any write of a row moves its known_at. Grain: one day.
select
    cast(timestamp as date) as event_date,
    count(*) as row_count,
    {mark} as mark
from {relation} as relation
group by event_date
order by event_date
