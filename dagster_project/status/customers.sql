select
    (select count(*) from marts.dim_customers) as customers,
    (select count(*) from marts.dim_customers where is_known) as known,
    (select count(*) from marts.dim_visitors) as visitors,
    (select count(*) from marts.fct_sessions) as sessions,
    (select count(*) from marts.fct_orders) as orders,
    (select round(sum(revenue), 2) from marts.fct_orders) as revenue
