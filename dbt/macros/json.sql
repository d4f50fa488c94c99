{#- Read many fields of a JSON text in one pass into a struct; what has another type becomes null.
    `fields` maps a name to a type, or to such a mapping for a nested object. -#}
{% macro json_fields(expression, fields) -%}
    {{ return(adapter.dispatch('json_fields', 'tessera')(expression, fields)) }}
{%- endmacro %}

{% macro default__json_fields(expression, fields) -%}
    json_transform({{ expression }}, '{{ tojson(fields) }}')
{%- endmacro %}

{% macro spark__json_fields(expression, fields) -%}
    from_json({{ expression }}, '{{ spark_struct(fields) }}')
{%- endmacro %}

{% macro spark_struct(fields) -%}
    struct<
    {%- for name, type in fields.items() -%}
        {{ name }}: {{ spark_struct(type) if type is mapping else ('string' if type in ('varchar', 'json') else type) }}
        {{- ', ' if not loop.last }}
    {%- endfor -%}
    >
{%- endmacro %}

{#- The objects of a JSON array as rows' values: a list of structs of the given fields. -#}
{% macro json_objects(expression, fields) -%}
    {{ return(adapter.dispatch('json_objects', 'tessera')(expression, fields)) }}
{%- endmacro %}

{% macro default__json_objects(expression, fields) -%}
    json_transform({{ expression }}, '[{{ tojson(fields) }}]')
{%- endmacro %}

{% macro spark__json_objects(expression, fields) -%}
    from_json({{ expression }}, 'array<{{ spark_struct(fields) }}>')
{%- endmacro %}
