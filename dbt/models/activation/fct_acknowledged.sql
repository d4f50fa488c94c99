{#- One row per member that a target holds by its own acknowledgement: of which segment, and since when. -#}
{{ config(materialized='table') }}

with

deliveries as (

    select * from {{ ref('fct_deliveries') }}

    where status = 'delivered'

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
    fingerprint,
    sync_id,
    sent_at as acknowledged_at

from newest

where
    recency = 1
    and operation <> 'remove'
