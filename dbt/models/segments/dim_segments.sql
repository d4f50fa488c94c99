{#-
One row per segment there is or was: what its file says and how large it is now. A segment whose file is gone stays
as retired; its tables are dropped.
-#}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='segment',
    on_schema_change='append_new_columns',
    full_refresh=false,
    post_hook='{{ drop_retired_segments() }}'
) }}

with

facts as (
    {% for segment in segment_facts() %}
    select
        {{ sql_text(segment.segment) }} as segment,
        {{ sql_text(segment.description) }} as description,
        {{ sql_text(segment.owner) }} as owner,
        {{ sql_text(segment.purpose) }} as purpose,
        cast({{ sql_text(segment.parent) }} as varchar) as parent,
        {{ segment.min_size }} as min_size,
        cast([{% for target in segment.targets | sort %}{{ sql_text(target) }}{{ ', ' if not loop.last }}{% endfor %}] as varchar[]) as targets,
        cast({{ sql_text(segment.review_date) }} as date) as review_date,
        {{ 'true' if segment.trigger else 'false' }} as is_trigger
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        null as segment,
        null as description,
        null as owner,
        null as purpose,
        null as parent,
        null as min_size,
        null as targets,
        null as review_date,
        null as is_trigger
    where false
    {%- endfor %}
),

moment as (

    select max(as_of) as as_of from {{ ref('int_moments_evaluated') }}

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
    facts.segment,
    facts.description,
    facts.owner,
    facts.purpose,
    facts.parent,
    cast(facts.min_size as bigint) as min_size,
    coalesce(sizes.size, 0) as size,
    coalesce(coalesce(sizes.size, 0) / nullif(cast(customers.customers as double), 0), 0) as share,
    case when coalesce(sizes.size, 0) < facts.min_size then 'too_small' else 'active' end as status,
    facts.targets,
    facts.review_date,
    facts.is_trigger,
    moment.as_of

from facts

cross join moment

cross join customers

left join sizes on facts.segment = sizes.segment
{% if is_incremental() %}
union all

select
    held.segment,
    held.description,
    held.owner,
    held.purpose,
    held.parent,
    held.min_size,
    0 as size,
    0 as share,
    'retired' as status,
    held.targets,
    held.review_date,
    false as is_trigger,
    held.as_of

from {{ this }} as held

where held.segment not in (select facts.segment from facts)
{% endif %}
