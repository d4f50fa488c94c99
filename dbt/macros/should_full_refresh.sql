{#- Whether an incremental model is built anew: dbt's own answer, and for those that other code built. -#}
{% macro should_full_refresh() %}
    {%- set configured = config.get('full_refresh') -%}
    {{ return(configured if configured is not none else flags.FULL_REFRESH or model.unique_id in var('stale_models', [])) }}
{% endmacro %}
