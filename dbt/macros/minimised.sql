{#- A property of an event, if the tracking plan keeps it. -#}
{% macro kept(property) -%}
    case when keeps_{{ property }} then properties.{{ property }} end
{%- endmacro %}

{#- Of the properties that are read, those that config/tracking_plan.yml keeps. One row per event that it names. -#}
{% macro kept_properties(plan, property_fields) -%}
    select
        event,
        {% for property in property_fields -%}
        bool_or(property = '{{ property }}') as keeps_{{ property }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ plan }}
    group by event
{%- endmacro %}

{#- Of the keys of contexts that are read, and of traits, those that the plan keeps; all where it has no list of them. -#}
{% macro kept_keys(plan, context_fields, always) -%}
    select
        {% for name in context_fields if name not in always -%}
        coalesce(bool_or(case when event = '(context)' then property = '{{ name }}' end), true) as keeps_context_{{ name }},
        {% endfor -%}
        list(property) filter (where event = '(traits)') as kept_traits
    from {{ plan }}
{%- endmacro %}

{#- The context with the fields that the tracking plan keeps, and those that are `always` kept: a refusal is heard in any case. -#}
{% macro kept_context(given, fields, always) -%}
    {{ return(adapter.dispatch('kept_context', 'tessera')(given, fields, always)) }}
{%- endmacro %}

{% macro default__kept_context(given, fields, always) -%}
    struct_pack(
        {%- for name in fields %}
        "{{ name }}" := {{ kept_context_field(given, name, always) }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{% macro spark__kept_context(given, fields, always) -%}
    named_struct(
        {%- for name in fields %}
        '{{ name }}', {{ kept_context_field(given, name, always) }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{% macro kept_context_field(given, name, always) -%}
    {%- set field = given ~ '.' ~ adapter.quote(name) -%}
    {{ field if name in always else 'case when keeps_context_' ~ name ~ ' then ' ~ field ~ ' end' }}
{%- endmacro %}

{#- Whether a JSON text may hold an e-mail address or an international phone number, plain or escaped: a quick look, so that
    few rows are looked at closely. -#}
{% macro may_name_someone(json) -%}
    (
    {%- for sign in ['@', '%40', '\\u0040', '+', '%2B', '%2b', '\\u002b', '\\u002B'] %}
        contains(cast({{ json }} as varchar), '{{ sign }}'){{ ' or' if not loop.last }}
    {%- endfor %}
    )
{%- endmacro %}

{#- A text in which e-mail addresses and phone numbers with a country's prefix are replaced by ***. -#}
{% macro without_names(text, is_suspect='is_suspect') -%}
    case
        when {{ is_suspect }}
            then regexp_replace(
                regexp_replace({{ text }}, '[^\s/?&=#,;:<>"]*(@|%40)[^\s/?&=#,;:<>"]*', '***', 'g'),
                '(\+|%2[Bb])[0-9][0-9 ()/.-]{6,}[0-9]', '***', 'g'
            )
        else {{ text }}
    end
{%- endmacro %}

{#- Where a page is, without its query and fragment, which forms fill with what people write; a route behind `#/` is kept. -#}
{% macro page_address(text) -%}
    {{ without_names("case when contains(" ~ text ~ ", '?') or contains(" ~ text ~ ", '#') then regexp_replace(" ~ text
        ~ ", '([?]|#[^/!]|#$).*$', '') else " ~ text ~ " end") }}
{%- endmacro %}
