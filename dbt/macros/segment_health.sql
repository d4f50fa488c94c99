{#-
Every customer with what they did in the window of health up to as_of, and since a week ago: the rows that a group's
measures are taken of. `moment` has as_of and week_ago_at, at most 14 days before.
-#}
{% macro customers_at_moment() %}
    {%- set window = "interval '" ~ health_limit('health_window_days') ~ " days'" %}
    select
        features.customer_id,
        features.is_known,
        features.orders_30_days,
        -- in steps of 5 %, of whoever ever spent
        case when features.revenue > 0 then cast(round(20 * ln(1 + features.revenue)) as bigint) end as log_spend,
        {%- for measure in ['orders', 'revenue', 'orders_since', 'revenue_since'] %}
        coalesce(bought.{{ measure }}, 0) as {{ measure }},
        {%- endfor %}
        {%- for measure in ['visits', 'timed_visits', 'engaged_seconds', 'promotion_views', 'promotion_clicks'] %}
        coalesce(visited.{{ measure }}, 0) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('ftr_customers') }} as features
    inner join moment on features.as_of = moment.as_of
    left join (
        select
            orders.customer_id,
            count(*) filter (where orders.ordered_at > moment.as_of - {{ window }}) as orders,
            sum(orders.revenue) filter (where orders.ordered_at > moment.as_of - {{ window }}) as revenue,
            count(*) filter (where orders.ordered_at > moment.week_ago_at) as orders_since,
            sum(orders.revenue) filter (where orders.ordered_at > moment.week_ago_at) as revenue_since
        from {{ ref('fct_orders') }} as orders
        inner join moment
            on
                orders.ordered_at <= moment.as_of
                and orders.ordered_at > least(moment.as_of - {{ window }}, coalesce(moment.week_ago_at, moment.as_of))
        group by orders.customer_id
    ) as bought on features.customer_id = bought.customer_id
    left join (
        select
            sessions.customer_id,
            count(*) as visits,
            count(*) filter (where sessions.engaged_seconds > 0) as timed_visits,
            {%- for measure in ['engaged_seconds', 'promotion_views', 'promotion_clicks'] %}
            sum(sessions.{{ measure }}) as {{ measure }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ ref('fct_sessions') }} as sessions
        -- a session that goes on past as_of is not over yet
        inner join moment
            on sessions.ended_at <= moment.as_of and sessions.ended_at > moment.as_of - {{ window }}
        where not sessions.is_bot
        group by sessions.customer_id
    ) as visited on features.customer_id = visited.customer_id
{% endmacro %}

{#- What is measured of a group of customers, each a row of fct_segment_health's `customers`. Sums are of whole
    numbers and decimals, so the same rows give the same figures in any order. -#}
{% macro group_measures() %}
    count(*) as customers,
    {{ share_of('not is_known') }} as anonymous_share,
    {{ share_of('orders > 0') }} as conversion_share,
    cast(sum(revenue) as double) / nullif(sum(orders), 0) as average_order_value,
    cast(sum(promotion_clicks) as double) / nullif(sum(promotion_views), 0) as click_through_share,
    cast(sum(engaged_seconds) as double) / nullif(sum(timed_visits), 0) as dwell_seconds,
    cast(sum(visits) as double) / count(*) as visits_per_member,
    cast(sum(orders_30_days) as double) / count(*) as orders_per_member,
    count(*) filter (where is_known) as known,
    cast(sum(visits) filter (where is_known) as double)
    / nullif(count(*) filter (where is_known), 0) as visits_per_known,
    cast(sum(visits) filter (where not is_known) as double)
    / nullif(count(*) filter (where not is_known), 0) as visits_per_anonymous,
    count(log_spend) as buyers,
    {%- for power in range(1, 5) %}
    cast(sum({{ (['log_spend'] * power) | join(' * ') }}) as double) / nullif(count(log_spend), 0) as log_spend_{{ power }}
    {{- ',' if not loop.last }}
    {%- endfor %}
{% endmacro %}

{#-
The names of the limits crossed since the row before, as a text; '' where none was, as of a segment seen for the first
time. A jump and a drift are crossed into only; the others either way, by segments large enough to be activated.
-#}
{% macro crossings_of(states) -%}
    {%- if is_incremental() -%}
    case
        when before.segment is null then ''
        else concat_ws(
            ', ',
            {%- for name, state in states.items() %}
            case
                {%- if state.startswith('has_') %}
                when judged.{{ state }} and not before.{{ state }} then '{{ name }}'
                {%- else %}
                when not judged.is_too_small and judged.{{ state }} != before.{{ state }} then '{{ name }}'
                {%- endif %}
            end{{ ',' if not loop.last }}
            {%- endfor %}
        )
    end
    {%- else -%}
    ''
    {%- endif -%}
{%- endmacro %}
