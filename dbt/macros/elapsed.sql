{#- Time between two moments: the only places where features use an engine's own date functions. -#}

{#- Complete days of 24 hours from one timestamp to a later one. -#}
{% macro whole_days(earlier, later) -%}
    {{ return(adapter.dispatch('whole_days', 'tessera')(earlier, later)) }}
{%- endmacro %}

{% macro default__whole_days(earlier, later) -%}
    date_sub('day', {{ earlier }}, {{ later }})
{%- endmacro %}

{% macro spark__whole_days(earlier, later) -%}
    timestampdiff(day, {{ earlier }}, {{ later }})
{%- endmacro %}

{#- Days from one date to a later one. -#}
{% macro calendar_days(earlier, later) -%}
    {{ return(adapter.dispatch('calendar_days', 'tessera')(earlier, later)) }}
{%- endmacro %}

{% macro default__calendar_days(earlier, later) -%}
    date_diff('day', {{ earlier }}, {{ later }})
{%- endmacro %}

{% macro spark__calendar_days(earlier, later) -%}
    datediff({{ later }}, {{ earlier }})
{%- endmacro %}

{#- Microseconds, a whole number: its sums are exact, so the same rows always give the same average. -#}
{% macro microseconds(earlier, later) -%}
    {{ return(adapter.dispatch('microseconds', 'tessera')(earlier, later)) }}
{%- endmacro %}

{% macro default__microseconds(earlier, later) -%}
    (epoch_us({{ later }}) - epoch_us({{ earlier }}))
{%- endmacro %}

{% macro spark__microseconds(earlier, later) -%}
    (unix_micros({{ later }}) - unix_micros({{ earlier }}))
{%- endmacro %}

{#- Complete years from a date to a later timestamp: an age. -#}
{% macro whole_years(earlier, later) -%}
    {{ return(adapter.dispatch('whole_years', 'tessera')(earlier, later)) }}
{%- endmacro %}

{% macro default__whole_years(earlier, later) -%}
    date_sub('year', cast({{ earlier }} as timestamp), {{ later }})
{%- endmacro %}

{% macro spark__whole_years(earlier, later) -%}
    timestampdiff(year, {{ earlier }}, {{ later }})
{%- endmacro %}

{#- Whether a timestamp is of Monday to Friday. -#}
{% macro is_on_weekday(moment) -%}
    {{ return(adapter.dispatch('is_on_weekday', 'tessera')(moment)) }}
{%- endmacro %}

{% macro default__is_on_weekday(moment) -%}
    (extract(isodow from {{ moment }}) <= 5)
{%- endmacro %}

{% macro spark__is_on_weekday(moment) -%}
    (weekday({{ moment }}) < 5)
{%- endmacro %}
