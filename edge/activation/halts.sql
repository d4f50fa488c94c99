select
    reason,
    halted_at,
    ends_at
from halts
where ends_at is null or ends_at > $now::timestamp
order by ends_at is null desc, ends_at desc
limit 1
