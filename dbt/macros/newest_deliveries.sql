{#- The newest delivery of each member of a segment to each target: a sync's number has leading zeros. -#}
{% macro newest_deliveries(status=none) %}
    select *

    from {{ ref('fct_deliveries') }}
    {% if status -%}
    where status = {{ sql_text(status) }}
    {%- endif %}

    qualify
        row_number() over (
            partition by target, segment, customer_id
            order by sync_id desc, operation = 'remove'
        ) = 1
{% endmacro %}
