{#- One row per member of a segment that a target refused for good, unless it took something of theirs since. -#}
{{ config(materialized='table') }}

with

newest as (

    {{ newest_deliveries() }}

)

select
    target,
    segment,
    customer_id,
    operation,
    reason,
    attempt as attempts,
    fingerprint,
    sync_id,
    sent_at as rejected_at

from newest

where status = 'rejected'
