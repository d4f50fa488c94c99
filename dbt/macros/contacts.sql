{#- An e-mail address as identity compares it; null where it does not look like one. -#}
{% macro normalised_email(expression) -%}
    case
        when regexp_matches(trim({{ expression }}), '^[^@\s]+@[^@\s]+\.[^@\s]+$')
            then lower(trim({{ expression }}))
    end
{%- endmacro %}

{#- A phone number as + and 8 to 15 digits; null without an international prefix, for a guess would join strangers. -#}
{% macro normalised_phone(expression) -%}
    case
        when {{ expression }} is null then null
        when regexp_matches(regexp_replace({{ expression }}, '[^0-9+]', '', 'g'), '^(\+|00)[1-9][0-9]{7,14}$')
            then '+' || regexp_extract(regexp_replace({{ expression }}, '[^0-9+]', '', 'g'), '^(\+|00)([1-9][0-9]+)$', 2)
    end
{%- endmacro %}

{#- A text; null where it is empty. -#}
{% macro present(expression) -%}
    nullif({{ expression }}, '')
{%- endmacro %}
