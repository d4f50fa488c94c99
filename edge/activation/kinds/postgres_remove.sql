delete from {table}
where segment = %s and customer_id = %s
