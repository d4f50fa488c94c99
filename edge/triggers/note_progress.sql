update progress
set
    started_at = coalesce(started_at, $started_at::timestamp),
    evaluated_to = greatest(evaluated_to, $evaluated_to::timestamp),
    file_number = greatest(file_number, $file_number)
