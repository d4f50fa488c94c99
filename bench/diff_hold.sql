insert into acknowledged
select segment, customer_id, fingerprint, null as fields, timestamp '2026-03-01' as acknowledged_at
from wanted
