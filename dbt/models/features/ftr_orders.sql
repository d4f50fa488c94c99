{#- One row per customer and moment with an order by then: how much, how often and how regularly they buy. -#}
{{ config(materialized='table') }}

with

orders as (

    select
        customer_id,
        as_of,
        ordered_at,
        revenue,
        {{ calendar_days('cast(ordered_at as date)', 'cast(as_of as date)') }} as age_days,
        extract(quarter from ordered_at) as quarter,
        lag(ordered_at) over (partition by customer_id, as_of order by ordered_at) as previous_ordered_at

    from {{ ref('int_orders_evaluated') }}

),

refunds as (

    select
        customer_id,
        as_of,
        sum(amount) as refunded

    from {{ ref('int_refunds_evaluated') }}

    group by customer_id, as_of

),

intervals as (

    select
        *,
        -- whole seconds, so that the sums below are exact
        cast({{ microseconds('previous_ordered_at', 'ordered_at') }} / 1000000 as bigint) as interval_seconds

    from orders

),

totals as (

    select
        customer_id,
        as_of,
        count(*) as orders,
        sum(revenue) as revenue,
        min(ordered_at) as first_ordered_at,
        max(ordered_at) as last_ordered_at,
        {{ windowed('count(*)', 'orders') }},
        count(interval_seconds) as intervals,
        sum(interval_seconds) as interval_sum,
        sum(cast(interval_seconds as decimal(38, 0)) * interval_seconds) as interval_squares,
        greatest(
            count(*) filter (where quarter = 1),
            count(*) filter (where quarter = 2),
            count(*) filter (where quarter = 3),
            count(*) filter (where quarter = 4)
        ) as busiest_quarter_orders

    from intervals

    group by customer_id, as_of

)

select
    totals.customer_id,
    totals.as_of,
    totals.orders,
    cast(totals.revenue as double) as revenue,
    cast(coalesce(refunds.refunded, 0) as double) as refunded,
    cast(totals.revenue as double) / totals.orders as average_order_value,
    {{ whole_days('totals.last_ordered_at', 'totals.as_of') }} as days_since_last_purchase,
    {{ whole_days('totals.first_ordered_at', 'totals.as_of') }} as days_since_first_purchase,
    {% for days in var('feature_windows_days') -%}
    totals.orders_{{ days }}_days,
    {% endfor -%}
    -- a customer of less than 30 days has had one period of 30 days, not a fraction of it
    totals.orders * 30.0
    / greatest({{ whole_days('totals.first_ordered_at', 'totals.as_of') }}, 30) as orders_per_30_days,
    totals.interval_sum / 86400.0 / nullif(totals.intervals, 0) as purchase_interval_days,
    case
        when totals.intervals >= 2 and totals.interval_sum > 0
            then sqrt(
                cast(totals.intervals * totals.interval_squares - totals.interval_sum * totals.interval_sum as double)
                * totals.intervals / (totals.intervals - 1)
            ) / totals.interval_sum
    end as purchase_interval_variation,
    totals.busiest_quarter_orders / cast(totals.orders as double) as busiest_quarter_share

from totals

left join refunds
    on totals.customer_id = refunds.customer_id and totals.as_of = refunds.as_of
