-- The moment evaluated, and since when anything is known.
select
    (select max(as_of) from {catalog}.intermediate.int_moments_evaluated) as as_of,
    (select min(first_seen_at) from {catalog}.marts.dim_customers) as first_at,
    (select count(*) from {catalog}.marts.dim_customers) as customers
