{#- The newest value of a clock column in the table as it stands, as a literal, so that the scan can skip
    everything older by its statistics; a subquery would read it all. -#}
{% macro watermark(column, relation=none) -%}
    {%- set found = none -%}
    {%- if execute -%}
        {%- set found = run_query("select cast(max(" ~ column ~ ") as varchar) from " ~ (relation or this)).columns[0].values()[0] -%}
    {%- endif -%}
    cast('{{ found or "0001-01-01" }}' as timestamp)
{%- endmacro %}
