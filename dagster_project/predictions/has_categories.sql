select exists (
    select 1 from live.marts.dim_products where category is not null
)
