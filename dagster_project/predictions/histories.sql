-- Grain: one customer who ordered by the moment. Days with orders, and what they were worth.
with

days as (

    select
        customer_id,
        cast(ordered_at as date) as day,
        sum(revenue) as value
    from marts.fct_orders as orders
    semi join intermediate.int_customers_learnable as learnable on orders.customer_id = learnable.customer_id
    where ordered_at <= $as_of
    group by customer_id, cast(ordered_at as date)

),

later as (

    select
        customer_id,
        count(distinct cast(ordered_at as date)) as orders,
        sum(revenue)::double as value
    from marts.fct_orders
    where
        cast(ordered_at as date) > cast($as_of as date)
        and ordered_at <= $as_of + to_days($horizon_days)
    group by customer_id

)

select
    days.customer_id,
    (count(*) - 1)::double as repeats,
    (max(days.day) - min(days.day))::double as last_days,
    (cast($as_of as date) - min(days.day))::double as age_days,
    count(*) filter (where days.value > 0)::double as valued_days,
    -- decimals are summed, so that rows may come in any order
    sum(days.value) filter (where days.value > 0)::double
    / nullif(count(*) filter (where days.value > 0), 0) as mean_value,
    coalesce(any_value(later.orders), 0)::double as orders,
    coalesce(any_value(later.value), 0) as value
from days
left join later on days.customer_id = later.customer_id
group by days.customer_id
order by days.customer_id
