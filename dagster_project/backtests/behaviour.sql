-- Orders and revenue (before refunds) within the days after, of those who entered and of those who were outside
-- at the same moment and alike by then: as many orders, as long ago, about as much spent, as many recent sessions.
-- Moments whose days after are not over yet are left out. Grain: one customer and moment.
create or replace table analysis.followed as
with

moments as (

    select as_of
    from analysis.moments
    where
        step > 0
        and as_of + to_days($after_days::integer) <= $until
        and as_of in (select stays.entered_at from analysis.stays)

),

observed as (

    select
        evaluated.person_id as customer_id,
        evaluated.as_of,
        evaluated.as_of - interval 30 days as month_before,
        evaluated.as_of + to_days($after_days::integer) as days_after,
        entries.customer_id is not null as is_entered
    from analysis.evaluated
    semi join moments on evaluated.as_of = moments.as_of
    left join analysis.stays as entries
        on evaluated.person_id = entries.customer_id and evaluated.as_of = entries.entered_at
    where
        entries.customer_id is not null
        -- of very many outside every so many by a hash of their name, the same ones at each moment
        or (not evaluated.is_member and hash(evaluated.person_id) % $one_in = 0)

),

orders as (

    select
        customer_id,
        ordered_at,
        count(*) over by_customer as orders,
        cast(sum(revenue) over by_customer as double) as revenue
    from live.marts.fct_orders
    window by_customer as (partition by customer_id order by ordered_at)

),

sessions as (

    select
        customer_id,
        started_at,
        count(*) over by_customer as sessions
    from live.marts.fct_sessions
    where not is_bot
    window by_customer as (partition by customer_id order by started_at)

),

described as (

    select
        observed.customer_id,
        observed.as_of,
        observed.is_entered,
        coalesce(before.orders, 0) as orders,
        date_diff('day', before.ordered_at, observed.as_of) as days_since,
        coalesce(before.revenue, 0) as revenue,
        coalesce(visits.sessions, 0) - coalesce(earlier_visits.sessions, 0) as sessions,
        coalesce(later.orders, 0) - coalesce(before.orders, 0) as orders_after,
        coalesce(later.revenue, 0) - coalesce(before.revenue, 0) as revenue_after
    from observed
    asof left join orders as before
        on observed.customer_id = before.customer_id and observed.as_of >= before.ordered_at
    asof left join orders as later
        on observed.customer_id = later.customer_id and observed.days_after >= later.ordered_at
    asof left join sessions as visits
        on observed.customer_id = visits.customer_id and observed.as_of >= visits.started_at
    asof left join sessions as earlier_visits
        on observed.customer_id = earlier_visits.customer_id and observed.month_before >= earlier_visits.started_at

)

select
    customer_id,
    as_of,
    is_entered,
    least(orders, 2) + cast(orders >= 4 as integer) as orders_band,
    case when days_since <= 30 then 1 when days_since <= 90 then 2 when days_since > 90 then 3 else 0 end as recency_band,
    floor(log2(1 + greatest(revenue, 0)) / 2) as revenue_band,
    case when sessions >= 10 then 3 when sessions >= 3 then 2 when sessions >= 1 then 1 else 0 end as sessions_band,
    orders_after,
    revenue_after,
    cast(orders_after > 0 as integer) as bought_after
from described
