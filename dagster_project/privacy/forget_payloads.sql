update raw.rejected_events
set payload = null
where loaded_at < $before and payload is not null
