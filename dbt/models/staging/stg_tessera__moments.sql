{#- One row: the moment that was asked for; a null as_of asks for the newest behaviour event. -#}
{{ config(materialized='view') }}

select
    as_of,
    known_at
from {{ source('ops', 'moments') }}
