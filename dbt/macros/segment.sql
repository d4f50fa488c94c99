{#-
What a segment's file says of itself. Every argument stands in dim_segments:
owner        who answers for it, an e-mail address
purpose      what its members may be used for, a name of config/purposes.yml
parent       the segment whose members include all of its own
min_size     members below which nothing is activated
targets      where it goes, names of config/targets.yml
review_date  when its owner will look at it again
trigger      what makes it a trigger: see macros/trigger.sql
-#}
{% macro segment(owner, purpose, parent=none, min_size=50, targets=[], review_date=none, trigger=none) %}
    {%- set file = model.original_file_path -%}
    {#- a draft that is tried on history has no file and no name yet -#}
    {%- set is_draft = model.resource_type == 'sql_operation' -%}
    {%- if model.resource_type == 'unit_test' -%}
        {#- a unit test of the segment runs its SELECT under the test's own name and materialization -#}
        {{ return('') }}
    {%- elif not is_draft and not model.name.startswith('seg_') -%}
        {{ exceptions.raise_compiler_error(file ~ ": a segment's file is named seg_<name>.sql") }}
    {%- elif not owner or not purpose -%}
        {{ exceptions.raise_compiler_error(file ~ ": a segment needs an owner and a purpose") }}
    {%- elif min_size is not integer or min_size < 1 -%}
        {{ exceptions.raise_compiler_error(file ~ ": min_size must be a whole number from 1, got " ~ min_size) }}
    {%- elif targets is string or targets is not sequence -%}
        {{ exceptions.raise_compiler_error(file ~ ": targets must be a list of names, got " ~ targets) }}
    {%- endif -%}
    {%- set settings = trigger_settings(trigger, purpose, file) if trigger is not none else none -%}
    {{ config(
        materialized='segment',
        meta={
            'dagster': {'group': 'segments', 'owners': [owner]},
            'segment': {
                'owner': owner,
                'purpose': purpose,
                'parent': parent,
                'min_size': min_size,
                'targets': targets,
                'review_date': review_date,
                'trigger': settings,
            },
        },
    ) }}
    {%- if trigger is not none and not is_draft -%}
        {%- do ref('ftr_customers') -%}  {#- whom recent events say nothing of: see the materialization -#}
    {%- endif -%}
{% endmacro %}

{#-
A customer is a member when every boolean column of the file is true; a condition that is null does not hold. A trigger's
file reads recent events only; of all other customers its conditions are null.
Makes two relations: the view conditions.seg_<name> (every customer, every condition, is_member) and the table
segments.seg_<name> (members only, with the values behind their membership).
-#}
{% materialization segment, adapter='duckdb' %}
    {%- set members = this.incorporate(type='table') -%}
    {%- set conditions_of_all = api.Relation.create(
        database=this.database, schema='conditions', identifier=this.identifier, type='view'
    ) -%}
    {%- set existing = load_cached_relation(this) -%}

    {{ run_hooks(pre_hooks) }}

    {%- set parts = segment_parts(compiled_code) -%}
    {%- if existing is not none and not existing.is_table -%}
        {% do adapter.drop_relation(existing) %}
    {%- endif -%}

    {% call statement('view') %}
        create or replace view {{ conditions_of_all }} as
        select
            {{ (parts['keys'] + parts['conditions'] + parts['values']) | join(', ') }},
            {% for condition in parts['conditions'] -%}
            coalesce({{ condition }}, false){{ ' and ' if not loop.last }}
            {%- endfor %} as is_member
        from ({{ compiled_code }}
        ) as evaluated
        {%- if config.get('meta').segment.trigger %}
        full join (select customer_id, as_of from {{ ref('ftr_customers') }}) as everyone using (customer_id, as_of)
        {%- endif %}
    {% endcall %}
    {% call statement('main') %}
        create or replace table {{ members }} as
        select {{ (parts['keys'] + parts['values']) | join(', ') }}
        from {{ conditions_of_all }}
        where is_member
    {% endcall %}

    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [members]}) }}
{% endmaterialization %}

{#- The columns of a segment's SELECT as keys, conditions (the booleans) and values (the rest), quoted. -#}
{% macro segment_parts(query) %}
    {%- set parts = {'keys': [], 'conditions': [], 'values': []} -%}
    {%- set keys = ['customer_id', 'as_of'] -%}
    {%- set columns = run_query('describe ' ~ query) -%}
    {{ check_trigger_columns(columns) }}
    {{ refuse_sensitive(query) }}
    {%- for column in columns -%}
        {%- if column[0] in keys -%}
            {%- set part = 'keys' -%}
        {%- elif column[0] == 'is_member' -%}
            {{ segment_error("is_member is computed: name the condition by what it says") }}
        {%- else -%}
            {%- set part = 'conditions' if column[1] == 'BOOLEAN' else 'values' -%}
        {%- endif -%}
        {%- do parts[part].append(adapter.quote(column[0])) -%}
    {%- endfor -%}
    {%- if parts['keys'] | length != 2 -%}
        {{ segment_error("a segment selects customer_id and as_of") }}
    {%- elif not parts['conditions'] -%}
        {{ segment_error("no condition: a segment selects at least one boolean column, as in `recency_days <= 30 as is_recent`") }}
    {%- endif -%}
    {{ return(parts) }}
{% endmacro %}

{% macro segment_error(message) %}
    {{ exceptions.raise_compiler_error(model.original_file_path ~ ": " ~ message) }}
{% endmacro %}
