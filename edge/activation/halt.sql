insert into halts
select $reason, $now::timestamp, $ends_at::timestamp
