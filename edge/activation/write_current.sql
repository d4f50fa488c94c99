copy (
    select customer_id{columns}
    from temp.current_contents
    where segment = {segment}
    order by customer_id
) to {path} ({options});
