update progress
set
    started_at = coalesce(
        started_at, (select min((payload ->> 'started_at')::timestamp) from replayed)
    ),
    evaluated_to = greatest(
        evaluated_to, (select max((payload ->> 'evaluated_to')::timestamp) from replayed)
    ),
    file_number = greatest(
        file_number, (select max((payload ->> 'landing_file')::bigint) from replayed)
    )
