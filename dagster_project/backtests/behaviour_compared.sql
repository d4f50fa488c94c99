-- Each group of the outside counts as much as those who entered from it. The error is that of a mean of customers, not of
-- rows: who is looked at again and again, at moment after moment, tells little more than once.
with

alike as (

    select * from analysis.behaviour
    where outside > 0

),

compared as (

    select
        cast(sum(entered) as bigint) as matched,
        sum(entered * entered_orders) / sum(entered) as entered_orders,
        sum(entered * outside_orders) / sum(entered) as outside_orders,
        sum(entered * entered_revenue) / sum(entered) as entered_revenue,
        sum(entered * outside_revenue) / sum(entered) as outside_revenue,
        sum(entered * entered_buyers) / sum(entered) as entered_buyers,
        sum(entered * outside_buyers) / sum(entered) as outside_buyers
    from alike

),

-- what each row is beyond its group outside, and beyond the difference if it entered, by its weight
residuals as (

    select
        followed.customer_id,
        case when followed.is_entered then 1 else -alike.entered / alike.outside end as weight,
        followed.orders_after - alike.outside_orders
        - case when followed.is_entered then compared.entered_orders - compared.outside_orders else 0 end as orders,
        followed.revenue_after - alike.outside_revenue
        - case when followed.is_entered then compared.entered_revenue - compared.outside_revenue else 0 end as revenue,
        followed.bought_after - alike.outside_buyers
        - case when followed.is_entered then compared.entered_buyers - compared.outside_buyers else 0 end as buyers
    from analysis.followed
    inner join alike
        on
            followed.as_of = alike.as_of
            and followed.orders_band = alike.orders_band
            and followed.recency_band = alike.recency_band
            and followed.revenue_band = alike.revenue_band
            and followed.sessions_band = alike.sessions_band
    cross join compared

),

by_customer as (

    select
        sum(weight * orders) as orders,
        sum(weight * revenue) as revenue,
        sum(weight * buyers) as buyers
    from residuals
    group by customer_id

),

errors as (

    select
        sqrt(sum(orders * orders)) as orders,
        sqrt(sum(revenue * revenue)) as revenue,
        sqrt(sum(buyers * buyers)) as buyers
    from by_customer

),

counted as (

    select
        cast(coalesce(sum(entered), 0) as bigint) as entered,
        cast(coalesce(sum(outside), 0) as bigint) as outside
    from analysis.behaviour

)

select
    counted.entered,
    coalesce(compared.matched, 0) as matched,
    counted.outside,
    compared.entered_orders,
    compared.outside_orders,
    errors.orders / compared.matched as orders_error,
    compared.entered_revenue,
    compared.outside_revenue,
    errors.revenue / compared.matched as revenue_error,
    compared.entered_buyers as entered_buyer_share,
    compared.outside_buyers as outside_buyer_share,
    errors.buyers / compared.matched as buyer_share_error
from counted
cross join compared
cross join errors
