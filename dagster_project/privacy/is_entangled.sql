-- Whether lines that go are part of what a device did that others use too.
select count(*) > 0 as is_entangled
from intermediate.int_events_sessionized as events
semi join erased_lines using (file_number, line)
where events.visitor_id not in (select id from subject_ids)
