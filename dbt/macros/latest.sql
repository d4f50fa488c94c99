{#- The value with the greatest (moment, tie-breakers): null values are passed over. -#}
{% macro latest(value, moments) -%}
    arg_max({{ value }}, row({{ moments | join(', ') }})) filter (where {{ value }} is not null)
{%- endmacro %}
