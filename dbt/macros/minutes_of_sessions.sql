{#- Average minutes of the sessions that were over at as_of and meet the condition; null if there are none. -#}
{% macro minutes_of_sessions(condition) -%}
    cast(sum(duration) filter (where is_over and {{ condition }}) as double)
        / nullif(count(*) filter (where is_over and {{ condition }}), 0) / 60e6
{%- endmacro %}
