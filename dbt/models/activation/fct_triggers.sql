{#- One row per firing of a trigger: for whom, why, and whether it was fired, suppressed or still waits. -#}
{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='firing_id') }}
{%- set fields = {
    'firing_id': 'varchar', 'trigger': 'varchar', 'customer_id': 'varchar', 'status': 'varchar', 'suppressed_by': 'varchar',
    'entered_at': 'timestamp', 'as_of': 'timestamp', 'due_at': 'timestamp', 'fired_at': 'timestamp',
    'purpose': 'varchar', 'channel_purpose': 'varchar', 'reason': 'json', 'message_ids': ['varchar']
} %}

with

entries as (

    {{ ledger_entries('trigger_firing', fields) }}

)

select
    {% for field in fields -%}
    payload.{{ field }} as {{ field }},
    {% endfor -%}
    recorded_at,
    file_number,
    line,
    loaded_at

from entries

-- one that waits is recorded again when it is decided
qualify row_number() over (partition by payload.firing_id order by file_number desc, line desc) = 1
