{#- The purposes that stored preferences (a JSON object of purpose and true or false) speak of, as a list. -#}
{% macro consent_purposes(preferences) -%}
    {{ return(adapter.dispatch('consent_purposes', 'tessera')(preferences)) }}
{%- endmacro %}

{% macro default__consent_purposes(preferences) -%}
    case when json_type({{ preferences }}) = 'OBJECT' then json_keys({{ preferences }}) end
{%- endmacro %}

{% macro spark__consent_purposes(preferences) -%}
    json_object_keys({{ preferences }})
{%- endmacro %}

{#- What stored preferences say of one purpose: yes is true alone, no is false however it is written; null is neither. -#}
{% macro consent_answer(preferences, purpose) -%}
    {{ return(adapter.dispatch('consent_answer', 'tessera')(preferences, purpose)) }}
{%- endmacro %}

{% macro default__consent_answer(preferences, purpose) -%}
    {%- set said = "json_extract(" ~ preferences ~ ", '/' || replace(replace(" ~ purpose ~ ", '~', '~0'), '/', '~1'))" -%}
    case when json_type({{ said }}) = 'BOOLEAN' or not try_cast({{ said }} ->> '$' as boolean) then {{ said }} ->> '$' = 'true' end
{%- endmacro %}

{% macro spark__consent_answer(preferences, purpose) -%}
    cast(from_json({{ preferences }}, 'map<string, string>')[{{ purpose }}] as boolean)
{%- endmacro %}

{#- Whether a recorded Global Privacy Control is set: the value of the header `Sec-GPC` is exactly 1 (several headers are a
    list, one of them suffices), or the browser's own navigator.globalPrivacyControl is true. -#}
{% macro is_gpc_set(recorded) -%}
    coalesce(
        cast({{ recorded }} as varchar) in ('true', '1', '"1"') or cast({{ recorded }} as varchar) like '[%"1"%]',
        false
    )
{%- endmacro %}

{#- What we recorded ourselves of a customer's answers (`tessera consent set`), as rows of marts.fct_consents: one for each
    visitor that the customer was then, or for the customer where there was none. -#}
{% macro consents_set_by_us() -%}
    {%- set fields = {
        'decision_id': 'varchar', 'visitor_ids': ['varchar'], 'purpose': 'varchar', 'is_granted': 'boolean', 'method': 'varchar',
        'text_version': 'varchar', 'recorded_by': 'varchar', 'decided_at': 'timestamp'
    } -%}
    select
        unnest(payload.visitor_ids) as visitor_id,
        null as beside_visitor_id,
        payload.purpose,
        payload.is_granted,
        'command' as origin,
        payload.method,
        payload.text_version,
        payload.recorded_by,
        cast(payload.decided_at as date) as answered_date,
        payload.decided_at as first_answered_at,
        payload.decided_at as last_answered_at,
        1 as events,
        payload.decision_id as evidence,
        {{ arrival() }} as arrival,
        loaded_at
    from ({{ ledger_entries('consent', fields) }}) as entries
{%- endmacro %}
