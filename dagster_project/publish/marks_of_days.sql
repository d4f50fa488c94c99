-- What tells whether a day changed. Grain: one day.
select
    {day} as fact_date,
    count(*) as row_count,
    {mark} as mark
from {relation} as relation
group by fact_date
order by fact_date
