{#- One row per build that was published: what it was made of. -#}
{{ config(materialized='view') }}
{%- set fields = {
    'build_id': 'varchar', 'as_of': 'timestamp', 'seed': 'bigint', 'files': 'json', 'rules': 'json', 'models': 'json',
    'members': 'json'
} %}

with

entries as (

    select
        recorded_at,
        file_number,
        line,
        {{ json_fields('payload', fields) }} as payload

    from {{ source('ops', 'ledger') }}

    where kind = 'build'

)

select
    payload.build_id as build_id,
    payload.as_of as as_of,
    payload.files as landing_files,
    payload.rules as rule_hashes,
    payload.models as model_versions,
    payload.seed as seed,
    payload.members as members,
    recorded_at as built_at

from entries

-- the same build may have been recorded twice by a run that was killed
qualify row_number() over (partition by payload.build_id order by file_number, line) = 1
