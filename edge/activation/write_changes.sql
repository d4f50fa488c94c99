copy (
    select operation, customer_id{columns}
    from temp.changes
    where segment = {segment}
    order by operation_rank, customer_id
) to {path} ({options});
