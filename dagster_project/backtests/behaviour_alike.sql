-- Grain: one moment and group of customers alike of whom somebody entered.
create or replace table analysis.behaviour as
select
    as_of,
    orders_band,
    recency_band,
    revenue_band,
    sessions_band,
    count(*) filter (where is_entered) as entered,
    count(*) filter (where not is_entered) as outside,
    avg(orders_after) filter (where is_entered) as entered_orders,
    avg(revenue_after) filter (where is_entered) as entered_revenue,
    avg(bought_after) filter (where is_entered) as entered_buyers,
    avg(orders_after) filter (where not is_entered) as outside_orders,
    avg(revenue_after) filter (where not is_entered) as outside_revenue,
    avg(bought_after) filter (where not is_entered) as outside_buyers
from analysis.followed
group by all
having count(*) filter (where is_entered) > 0
