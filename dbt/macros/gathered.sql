{#- What the last events of a group were: their message ids, the newest first, at most 20. -#}
{% macro gathered_ids(condition, moment='timestamp', message_id='message_id') -%}
    {{ return(adapter.dispatch('gathered_ids', 'tessera')(condition, moment, message_id)) }}
{%- endmacro %}

{% macro default__gathered_ids(condition, moment, message_id) -%}
    coalesce((list({{ message_id }} order by {{ moment }} desc, {{ message_id }}) filter (where {{ condition }}))[1:20], [])
{%- endmacro %}

{% macro spark__gathered_ids(condition, moment, message_id) -%}
    transform(
        slice(
            sort_array(collect_list(struct({{ moment }}, {{ message_id }})) filter (where {{ condition }}), false), 1, 20
        ),
        found -> found.{{ message_id }}
    )
{%- endmacro %}
