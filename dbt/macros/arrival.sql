{#- Arrival is (file_number, line). As one number, the first of many is a min(), and it splits again. -#}
{% macro arrival(file_number='file_number', line='line') -%}
    ({{ file_number }} * 4294967296 + {{ line }})
{%- endmacro %}

{% macro arrival_file_number(arrival) -%}
    cast(({{ arrival }} - {{ arrival }} % 4294967296) / 4294967296 as bigint)
{%- endmacro %}

{% macro arrival_line(arrival) -%}
    ({{ arrival }} % 4294967296)
{%- endmacro %}
