{#- Refuse a segment that reads a sensitive column (one whose `meta` names the purpose that may use it) for another purpose. -#}
{% macro refuse_sensitive(query) %}
    {%- set purpose = config.get('meta').segment.purpose -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.schema in ('marts', 'features') -%}
        {%- for name, column in node.columns.items() -%}
            {%- set needed = column.meta.get('sensitive') -%}
            {%- if needed and needed != purpose and modules.re.search('\\b' ~ name ~ '\\b', query, modules.re.IGNORECASE) -%}
                {{ segment_error(name ~ " is sensitive and needs explicit consent: only the purpose " ~ needed ~ " may use it, not " ~ purpose) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}
