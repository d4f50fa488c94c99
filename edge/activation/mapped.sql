left join {relation} as {name} on {members}.customer_id = {name}.customer_id
