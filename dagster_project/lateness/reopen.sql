-- The last look came to nothing: what it looked at is looked at again.
update ops.late_evaluations
set until = since
where until = (select max(until) from ops.late_evaluations)
