{#- One row per identifier that belongs to a customer; e-mail and phone as keyed hashes. -#}

select
    customer_id,
    identifier_type,
    case when identifier_type in ('email', 'phone') then identifier_hash else identifier end as identifier,
    namespace,
    source,
    first_seen_at,
    last_seen_at,
    is_guarded,
    people_count
from {{ source('intermediate', 'int_identifiers_resolved') }}
where customer_id is not null
