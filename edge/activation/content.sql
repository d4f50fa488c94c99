-- What a sync says, as one hash in no order. Grain: one row.
select
    count(*) as rows,
    coalesce(sum(md5_number_lower(concat_ws('|', segment, operation, customer_id, fingerprint)))::varchar, '') as digest
from changes
