insert into {table} (segment, customer_id{names})
values (%s, %s{places})
on conflict (segment, customer_id) do {action}
