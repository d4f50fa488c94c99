{#- One row per row sent to a target: who, into or out of which segment, and what came of it. -#}
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns') }}
{%- set fields = {
    'target': 'varchar', 'segment': 'varchar', 'customer_id': 'varchar', 'operation': 'varchar', 'status': 'varchar',
    'attempt': 'bigint', 'reason': 'varchar', 'sent_at': 'timestamp', 'run_id': 'varchar', 'sync_id': 'varchar',
    'fingerprint': 'varchar', 'is_certain': 'boolean'
} %}

with

entries as (

    {{ ledger_entries('delivery', fields) }}

)

select
    {% for field in fields -%}
    payload.{{ field }} as {{ field }},
    {% endfor -%}
    file_number,
    line,
    loaded_at

from entries
