copy (
    select operation, customer_id{columns}
    from temp.contents
    where segment = {segment}
    order by operation_rank, customer_id
) to {path} ({options});
