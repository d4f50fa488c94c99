{#- One row per member of a segment that a target refused for good, unless it took something of theirs since. -#}
{{ config(materialized='table') }}

with

deliveries as (

    select * from {{ ref('fct_deliveries') }}

),

newest as (

    select
        *,
        row_number() over (
            partition by target, segment, customer_id
            order by sync_id desc, operation = 'remove'  -- its number has leading zeros
        ) as recency

    from deliveries

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

where
    recency = 1
    and status = 'rejected'
