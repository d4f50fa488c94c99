case when {is_small} then null else {column} end as {column}
