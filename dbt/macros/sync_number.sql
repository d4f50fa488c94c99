{#- The number of a sync of a target, by which its syncs are in order. -#}
{% macro sync_number(sync_id) %}cast({{ dbt.split_part(sync_id, "'-'", 1) }} as bigint){% endmacro %}
