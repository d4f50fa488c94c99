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

{#- A JSON object with no other keys than those of a list; all of them where there is no list. -#}
{% macro json_kept(expression, kept) -%}
    {{ return(adapter.dispatch('json_kept', 'tessera')(expression, kept)) }}
{%- endmacro %}

{% macro default__json_kept(expression, kept) -%}
    case
        when {{ kept }} is null or list_has_all({{ kept }}, json_keys({{ expression }})) then {{ expression }}
        else json_merge_patch({{ expression }}, '{' || array_to_string(
            list_transform(
                list_filter(json_keys({{ expression }}), lambda name: not list_contains({{ kept }}, name)),
                lambda name: cast(to_json(name) as varchar) || ':null'
            ), ','
        ) || '}')
    end
{%- endmacro %}

{% macro spark__json_kept(expression, kept) -%}
    to_json(map_filter(from_json({{ expression }}, 'map<string, string>'), (name, value) -> {{ kept }} is null or array_contains({{ kept }}, name)))
{%- endmacro %}
