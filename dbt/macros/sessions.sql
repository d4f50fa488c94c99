{#- An order that a server reports, without the visitor's device: it opens no session by itself. -#}
{% macro is_order_of_server(event='event', anonymous_id='anonymous_id') -%}
    ({{ anonymous_id }} is null and {{ event }} in ('Order Completed', 'Order Updated', 'Order Cancelled', 'Order Refunded'))
{%- endmacro %}

{#- A visitor starts one session at a time on a source. -#}
{% macro session_id(visitor_id, source, started_at, kind="''") -%}
    's' || substring({{ dbt.hash("concat_ws('|', " ~ visitor_id ~ ", " ~ source ~ ", " ~ started_at ~ ", " ~ kind ~ ")") }}, 1, 24)
{%- endmacro %}

{% macro session_gap() -%}
    interval '{{ var("session_gap_minutes") }} minutes'
{%- endmacro %}
