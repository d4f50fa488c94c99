{#- An order whose refunds by as_of reach its revenue. One that cost nothing stays an order. -#}
{% macro is_fully_refunded() -%}
    (coalesce(refunded_orders.refunded, 0) > 0 and refunded_orders.refunded >= orders.revenue)
{%- endmacro %}

{#- 1 (worst) to 5 (best) by the share of customers that are worse; `ranking` runs from worst to best. -#}
{% macro score_of(ranking) -%}
    cast(least(5, 1 + floor(5 * percent_rank() over (partition by as_of order by {{ ranking }}))) as integer)
{%- endmacro %}
