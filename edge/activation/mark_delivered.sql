update outbox
set status = 'delivered', attempt = 1
where sync_id = $sync_id
