update outbox
set status = 'in_flight'
where sync_id = $sync_id and position between $first and $last
