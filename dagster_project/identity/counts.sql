select
    count(*) as identifiers,
    count(distinct customer_id) as customers,
    (select count(*) from intermediate.int_customers_merged) as merges,
    count(*) filter (where is_guarded and identifier_type = 'anonymous_id') as shared_devices,
    count(*) filter (where is_guarded and identifier_type != 'anonymous_id') as guarded_contacts
from intermediate.int_identifiers_resolved
