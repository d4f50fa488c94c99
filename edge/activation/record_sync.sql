insert into syncs
select $sync_id, $sync_number, $generation, $run_id, $sent_at::timestamp, false
