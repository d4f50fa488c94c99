{#- The purposes that stored preferences (a JSON object of purpose and true or false) speak of, as a list. -#}
{% macro consent_purposes(preferences) -%}
    {{ return(adapter.dispatch('consent_purposes', 'tessera')(preferences)) }}
{%- endmacro %}

{% macro default__consent_purposes(preferences) -%}
    case when json_type({{ preferences }}) = 'OBJECT' then json_keys({{ preferences }}) end
{%- endmacro %}

{% macro spark__consent_purposes(preferences) -%}
    json_object_keys({{ preferences }})
{%- endmacro %}

{#- What stored preferences say of one purpose; null where it is neither true nor false. -#}
{% macro consent_answer(preferences, purpose) -%}
    {{ return(adapter.dispatch('consent_answer', 'tessera')(preferences, purpose)) }}
{%- endmacro %}

{% macro default__consent_answer(preferences, purpose) -%}
    try_cast(json_extract_string({{ preferences }}, '/' || replace(replace({{ purpose }}, '~', '~0'), '/', '~1')) as boolean)
{%- endmacro %}

{% macro spark__consent_answer(preferences, purpose) -%}
    cast(from_json({{ preferences }}, 'map<string, string>')[{{ purpose }}] as boolean)
{%- endmacro %}
