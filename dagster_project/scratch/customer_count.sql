select count(*) as customers from live.marts.dim_customers
