delete from outbox
where sync_id = $sync_id
