{#- One row per visitor: an anonymous_id or a user_id of a namespace. -#}

select
    visitor_id,
    customer_id,
    identifier_type,
    source,
    is_guarded as is_shared
from {{ source('intermediate', 'int_identifiers_resolved') }}
where visitor_id is not null
