{#- What every segment's file says of itself, sorted by name; empty while dbt only parses. -#}
{% macro segment_facts() %}
    {%- set facts = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() | selectattr('config.materialized', 'equalto', 'segment') | sort(attribute='name') -%}
            {%- do facts.append(dict(
                node.config.meta.segment,
                segment=node.name[4:],
                description=segment_description(node),
            )) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(facts) }}
{% endmacro %}

{#- The first comment of the file without its last sentence, the grain; else the description in YAML. -#}
{% macro segment_description(node) %}
    {%- set opening, closing = '{' ~ '#', '#' ~ '}' -%}
    {%- set comment = modules.re.search('(?s)\\' ~ opening ~ '-?(.*?)-?' ~ closing, node.raw_code) -%}
    {%- set text = comment.group(1) if comment else node.description -%}
    {%- set words = text.split() | join(' ') -%}
    {{ return(modules.re.sub('(?i)\\s*one row (per|for) [^.]*\\.$', '', words)) }}
{% endmacro %}

{#- What decides membership: a cluster or a score where the segment reads one of the made tables, else a rule. -#}
{% macro segment_source(name) %}
    {%- set read = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() | selectattr('name', 'equalto', name) -%}
            {%- for parent in node.depends_on.nodes -%}
                {%- if parent.startswith('source.') and '.ml.' in parent -%}
                    {%- do read.append('cluster' if parent.endswith('.customer_clusters') else 'model') -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return((read | sort | first) if read else 'rule') }}
{% endmacro %}

{#- Drops what a segment leaves behind when its file is gone, so that nobody reads members of long ago. -#}
{% macro drop_retired_segments() %}
    {%- if execute -%}
        {%- for row in run_query("select segment from " ~ this ~ " where status = 'retired'") -%}
            {% do run_query('drop view if exists ' ~ api.Relation.create(
                database=this.database, schema='conditions', identifier='seg_' ~ row[0]
            )) %}
            {% do run_query('drop table if exists ' ~ api.Relation.create(
                database=this.database, schema=this.schema, identifier='seg_' ~ row[0]
            )) %}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}

{#- A value as an SQL text, null for none. -#}
{% macro sql_text(value) -%}
    {{ "'" ~ (value | string | replace("'", "''")) ~ "'" if value is not none else 'null' }}
{%- endmacro %}
