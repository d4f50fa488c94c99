{#-
Incremental strategy of the roll-ups of events: a run of int_events_sessionized rewrites the whole tail of a
visitor's history, from the start of the session before its earliest new event. So the new rows replace all
rows of the same visitor that end at or after the first of them. Rows older than the tail are never read.
A model names the columns that bound a row with meta: {starts: ..., ends: ...}.
-#}
{% macro get_incremental_visitor_tail_sql(arg_dict) %}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set source = arg_dict['temp_relation'] -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    {%- set starts = config.get('meta', {}).get('starts', 'first_at') -%}
    {%- set ends = config.get('meta', {}).get('ends', 'last_at') -%}

    delete from {{ target }} as held
    using (
        select
            visitor_id,
            min({{ starts }}) as changed_from
        from {{ source }}
        group by visitor_id
    ) as changed
    where held.visitor_id = changed.visitor_id and held.{{ ends }} >= changed.changed_from;

    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ source }}
{% endmacro %}
