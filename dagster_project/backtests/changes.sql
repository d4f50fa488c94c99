-- Who was in the segment, since when and until when: null where it began before or had not ended by the last moment.
select
    customer_id,
    entered_at,
    left_at
from analysis.stays
order by coalesce(entered_at, timestamp '0001-01-01'), customer_id
