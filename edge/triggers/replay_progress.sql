update progress
set
    evaluated_to = greatest(
        evaluated_to, (select max((payload ->> 'evaluated_to')::timestamp) from replayed)
    ),
    file_number = greatest(
        file_number, (select max((payload ->> 'landing_file')::bigint) from replayed)
    )
