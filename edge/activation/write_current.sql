copy (
    select customer_id{columns}
    from temp.wanted
    where segment = {segment}
    order by customer_id
) to {path} ({options});
