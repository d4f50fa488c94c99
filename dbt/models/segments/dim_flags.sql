{#- One row per feature of yes and no of which it is told what it is computed from. -#}
{{ config(materialized='table') }}

{% for flag in flag_rules() -%}
select
    {{ sql_text('features.' ~ flag.model) }} as relation,
    {{ sql_text(flag.flag) }} as flag,
    {{ sql_text(flag.rule) }} as rule,
    cast({{ sql_text(flag.words) }} as varchar) as words
{{ 'union all' if not loop.last }}
{% endfor %}
