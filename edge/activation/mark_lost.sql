-- What was on its way when a sync was killed: nobody knows what became of it.
update outbox
set
    status = 'failed',
    answer = 'the sync was killed before an answer',
    is_certain = false,
    attempt = attempt + 1,
    ended_at = $now::timestamp
where sync_id = $sync_id and status = 'in_flight'
