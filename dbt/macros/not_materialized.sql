{#- Hint that a CTE read twice is cheaper read twice than kept: DuckDB would spool it. -#}
{% macro not_materialized() -%}
    {{ return(adapter.dispatch('not_materialized', 'tessera')()) }}
{%- endmacro %}

{% macro default__not_materialized() -%}
    not materialized
{%- endmacro %}

{% macro spark__not_materialized() -%}
{%- endmacro %}
