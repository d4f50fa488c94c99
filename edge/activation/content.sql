-- What a sync says, as one hash. Grain: one row.
select
    md5(
        string_agg(
            concat_ws('|', segment, operation, customer_id, fingerprint), ','
            order by segment, operation_rank, customer_id
        )
    ) as digest
from changes
