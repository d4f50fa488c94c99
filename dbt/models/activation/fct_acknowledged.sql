{#- One row per member that a target holds by its own acknowledgement: of which segment, and since when. -#}
{{ config(materialized='table') }}

with

newest as (

    {{ newest_deliveries('delivered') }}

)

select
    target,
    segment,
    customer_id,
    fingerprint,
    sync_id,
    sent_at as acknowledged_at

from newest

where operation <> 'remove'
