{#-
One row per segment and moment evaluated: how large it was. Never rebuilt: past moments are not in the data. A moment of
nobody is none: without behaviour it is the clock's, and would end all stays of data that is loaded afterwards.
-#}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['segment', 'as_of'],
    on_schema_change='append_new_columns',
    full_refresh=false
) }}

with

moment as (

    select
        max(as_of) as as_of,
        max(known_at) as known_at

    from {{ ref('int_moments_evaluated') }}

),

segments as (
    {% for segment in segment_facts() %}
    select '{{ segment.segment }}' as segment
    {{ 'union all' if not loop.last }}
    {%- else %}
    select null as segment
    where false
    {%- endfor %}
),

sizes as (

    select
        segment,
        count(*) as size

    from {{ ref('fct_segment_members') }}

    group by segment

),

customers as (

    select count(*) as customers

    from {{ ref('ftr_customers') }}

    where as_of = (select moment.as_of from moment)

)

select
    segments.segment,
    moment.as_of,
    coalesce(sizes.size, 0) as size,
    coalesce(coalesce(sizes.size, 0) / nullif(cast(customers.customers as double), 0), 0) as share,
    moment.known_at

from segments

cross join moment

cross join customers

left join sizes on segments.segment = sizes.segment

where customers.customers > 0
