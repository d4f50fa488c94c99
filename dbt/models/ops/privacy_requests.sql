{#- One row per request of a person about their data, as last recorded. It names nobody. -#}
{{ config(materialized='table') }}
{%- set fields = {
    'request_id': 'varchar', 'kind': 'varchar', 'state': 'varchar', 'requested_at': 'timestamp',
    'completed_at': 'timestamp', 'receipt': 'varchar'
} %}

with

entries as (

    {{ ledger_entries('privacy_request', fields) }}

)

select
    payload.request_id as request_id,
    payload.kind as kind,
    payload.state as state,
    payload.requested_at as requested_at,
    cast(payload.requested_at + interval '1 month' as timestamp) as gdpr_due_at,
    cast(payload.requested_at + interval '45 days' as timestamp) as ccpa_due_at,
    payload.completed_at as completed_at,
    payload.receipt as receipt

from entries

qualify row_number() over (partition by payload.request_id order by file_number desc, line desc) = 1
