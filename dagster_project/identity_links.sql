select
    namespace_a,
    type_a,
    identifier_a,
    namespace_b,
    type_b,
    identifier_b,
    source,
    first_file_number,
    first_line,
    first_seen_at,
    last_seen_at,
    first_received_at,
    events_loaded_at
from intermediate.int_identifiers_linked
