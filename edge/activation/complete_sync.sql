update syncs
set is_complete = true
where sync_id = $sync_id
