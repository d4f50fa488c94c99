{#-
One row per moment to evaluate. A live refresh has one: what was asked for, else the newest behaviour event. Without
either it is the clock's, which counts as no evaluated moment: it would end all stays of data that is loaded afterwards.
-#}
{{ config(materialized='table') }}

with

moments as (

    select * from {{ source('ops', 'moments') }}

),

behaviour as (

    select max(least(timestamp, received_at)) as newest_at from {{ ref('stg_segment__events') }}

    union all

    select max(invoice_at) as newest_at from {{ ref('stg_online_retail__lines') }}

),

newest as (

    select max(newest_at) as newest_at from behaviour

)

select
    coalesce(moments.as_of, newest.newest_at, moments.known_at) as as_of,
    moments.known_at,
    moments.as_of is null and newest.newest_at is null as is_of_clock
from moments
cross join newest
