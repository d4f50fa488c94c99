{#-
One row per customer and moment: how much the customer's behaviour of the last 30 days is like that of recent buyers.
Each measure is log-scaled and standardised; the customer is compared with the mean of the buyers and with the mean
of all others. `buyer_likeness` is 0 half way between the two, 1 at the buyers' mean and -1 at that of the others.
-#}
{{ config(materialized='table') }}
{%- set measures = [
    'sessions_30_days', 'page_views_30_days', 'product_views_30_days', 'searches_30_days', 'cart_adds_30_days',
    'promotion_clicks_30_days',
] %}

with

measured as (

    select
        customer_id,
        as_of,
        coalesce(recency_days <= {{ segment_limit('recent_buyer_days') }}, false) as is_recent_buyer,
        {% for measure in measures -%}
        -- decimals add up exactly, in whatever order they are read
        cast(ln(1 + {{ measure }}) as decimal(18, 9)) as {{ measure }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('ftr_customers') }}

    -- who was not there in 30 days is like nobody
    where sessions_30_days > 0

),

means as (

    select
        as_of,
        {% for measure in measures -%}
        cast(sum({{ measure }}) filter (where is_recent_buyer) as double)
        / nullif(count(*) filter (where is_recent_buyer), 0) as {{ measure }}_of_buyers,
        cast(sum({{ measure }}) filter (where not is_recent_buyer) as double)
        / nullif(count(*) filter (where not is_recent_buyer), 0) as {{ measure }}_of_others,
        -- the variance: what each difference is measured by
        cast(count(*) * sum(cast({{ measure }} * {{ measure }} as decimal(36, 18))) - sum({{ measure }}) * sum({{ measure }}) as double)
        / (count(*) * cast(count(*) as double)) as {{ measure }}_variance{{ ',' if not loop.last }}
        {% endfor %}
    from measured

    group by as_of

),

projected as (

    select
        measured.customer_id,
        measured.as_of,
        measured.is_recent_buyer,
        -- along the line from one mean to the other; a measure that never varies says nothing
        {% for measure in measures -%}
        {{ '+ ' if not loop.first }}coalesce(
            (measured.{{ measure }} - (means.{{ measure }}_of_buyers + means.{{ measure }}_of_others) / 2)
            * (means.{{ measure }}_of_buyers - means.{{ measure }}_of_others) / nullif(means.{{ measure }}_variance, 0), 0
        )
        {% endfor %} as product,
        {% for measure in measures -%}
        {{ '+ ' if not loop.first }}coalesce(
            pow(means.{{ measure }}_of_buyers - means.{{ measure }}_of_others, 2) / nullif(means.{{ measure }}_variance, 0), 0
        )
        {% endfor %} as distance

    from measured

    inner join means on measured.as_of = means.as_of

)

select
    customer_id,
    as_of,
    is_recent_buyer,
    -- rounded, so that who stands at a mean is not beside it by the last bit
    round(2 * product / nullif(distance, 0), 9) as buyer_likeness

from projected
