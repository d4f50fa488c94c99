{#- One row per segment and moment evaluated: how large it was. Never rebuilt: past moments are not in the data. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['segment', 'as_of'],
    on_schema_change='append_new_columns',
    full_refresh=false
) }}

select
    segments.segment,
    segments.as_of,
    segments.size,
    segments.share,
    moments.known_at

from {{ ref('dim_segments') }} as segments

inner join {{ ref('int_moments_evaluated') }} as moments on segments.as_of = moments.as_of

where segments.status != 'retired' and not moments.is_of_clock
