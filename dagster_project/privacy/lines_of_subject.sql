-- The stored lines that bear an identifier of the subject. Grain: one line of a landing file.
with

bearing as (

    select
        file_number,
        line,
        unnest(
            [
                {'namespace': namespace, 'identifier_type': 'user_id', 'identifier': user_id},
                {'namespace': namespace, 'identifier_type': 'anonymous_id', 'identifier': anonymous_id},
                {'namespace': namespace, 'identifier_type': 'user_id', 'identifier': previous_id},
                {'namespace': namespace, 'identifier_type': 'anonymous_id', 'identifier': previous_id},
                {'namespace': '', 'identifier_type': 'email', 'identifier': email},
                {'namespace': '', 'identifier_type': 'phone', 'identifier': phone}
            ],
            recursive := true
        )
    from staging.stg_segment__events
    where
        user_id in (select identifier from subject_names)
        or anonymous_id in (select identifier from subject_names)
        or previous_id in (select identifier from subject_names)
        or email in (select identifier from subject_names)
        or phone in (select identifier from subject_names)

    union all

    select
        file_number,
        line,
        unnest(
            [
                {'namespace': namespace, 'identifier_type': 'user_id', 'identifier': user_id},
                {'namespace': '', 'identifier_type': 'email', 'identifier': email},
                {'namespace': '', 'identifier_type': 'phone', 'identifier': phone}
            ],
            recursive := true
        )
    from staging.stg_customers__records

    union all

    select
        file_number,
        line,
        unnest(
            [
                {'namespace': namespace, 'identifier_type': 'user_id', 'identifier': user_id},
                {'namespace': namespace, 'identifier_type': 'anonymous_id', 'identifier': anonymous_id}
            ],
            recursive := true
        )
    from staging.stg_online_retail__lines

)

select distinct
    bearing.file_number,
    bearing.line
from bearing
semi join subject_names using (namespace, identifier_type, identifier)
order by bearing.file_number, bearing.line
