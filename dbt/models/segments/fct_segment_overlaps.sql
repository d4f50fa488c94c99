{#-
How much two segments share, and whether those in both behave otherwise than those in one. Never rebuilt: past moments are
not in the data. One row per pair of segments that share a member, by name, and moment evaluated.
-#}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['as_of'],
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook="{% if is_incremental() %}delete from {{ this }} where as_of in (select as_of from {{ ref('int_moments_evaluated') }}){% endif %}"
) }}
{#- The hook: where no two segments share a member any more, there is no new row whose key would replace the old ones. -#}
{%- set measures = {
    'converted': 'case when orders_30_days > 0 then 1 else 0 end',
    'spend': 'cast(round(revenue) as bigint)',
    'visits': 'sessions_30_days',
} %}

with

moment as (

    select max(as_of) as as_of from {{ ref('int_moments_evaluated') }}

),

customers as (

    select
        customers.customer_id,
        customers.as_of,
        {%- for name, measure in measures.items() %}
        {{ measure }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('ftr_customers') }} as customers
    inner join moment on customers.as_of = moment.as_of

),

memberships as (

    select
        customer_id,
        {{ sorted_list('segment') }} as segments
    from {{ ref('fct_segment_members') }}
    group by customer_id

),

-- customers in the same segments are counted once for all of their pairs
alike as (

    select
        memberships.segments,
        max(customers.as_of) as as_of,
        {%- for name in measures %}
        sum({{ name }}) as {{ name }},
        sum({{ name }} * {{ name }}) as {{ name }}_squares,
        {%- endfor %}
        count(*) as customers
    from memberships
    inner join customers on memberships.customer_id = customers.customer_id
    group by memberships.segments

),

pairs as (

    select
        segment_as.segment_a,
        segment_bs.segment_b,
        max(alike.as_of) as as_of,
        {%- for name in measures %}
        cast(sum(alike.{{ name }}) as double) as {{ name }},
        cast(sum(alike.{{ name }}_squares) as double) as {{ name }}_squares,
        {%- endfor %}
        sum(alike.customers) as customers
    from alike
    cross join {{ elements_of('alike.segments') }} as segment_as (segment_a)
    cross join {{ elements_of('alike.segments') }} as segment_bs (segment_b)
    where segment_as.segment_a <= segment_bs.segment_b
    group by segment_as.segment_a, segment_bs.segment_b

),

compared as (

    select
        pairs.segment_a,
        pairs.segment_b,
        pairs.as_of,
        cast(own_a.customers as bigint) as size_a,
        cast(own_b.customers as bigint) as size_b,
        {%- for name in ['customers'] + measures | list %}
        {%- for field in ([name] if name == 'customers' else [name, name ~ '_squares']) %}
        pairs.{{ field }} as both_{{ field }},
        own_a.{{ field }} + own_b.{{ field }} - 2 * pairs.{{ field }} as one_{{ field }},
        {%- endfor %}
        {%- endfor %}
        own_a.customers + own_b.customers - pairs.customers as either_customers
    from pairs
    inner join pairs as own_a on pairs.segment_a = own_a.segment_a and own_a.segment_a = own_a.segment_b
    inner join pairs as own_b on pairs.segment_b = own_b.segment_b and own_b.segment_a = own_b.segment_b
    where pairs.segment_a < pairs.segment_b

)

select
    segment_a,
    segment_b,
    as_of,
    size_a,
    size_b,
    cast(both_customers as bigint) as intersection,
    both_customers / cast(either_customers as double) as jaccard,
    both_customers / cast(least(size_a, size_b) as double) as share_of_smaller,
    {% for name in measures -%}
    {{ mean_difference('both', 'one', name) }} as {{ name }}_difference{{ ',' if not loop.last }}
    {% endfor %}
from compared
