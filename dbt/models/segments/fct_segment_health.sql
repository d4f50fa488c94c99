{#-
How a segment does: who came and went, how its members behave against all customers, and which limits it crosses. Never
rebuilt: past moments are not in the data. One row per segment and moment evaluated.
-#}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['segment', 'as_of'],
    on_schema_change='append_new_columns',
    full_refresh=false
) }}
{%- set measures = [
    'anonymous_share', 'conversion_share', 'average_order_value', 'click_through_share', 'dwell_seconds',
    'visits_per_member', 'orders_per_member',
] %}
{%- set crossings = {
    'size': 'has_jumped', 'members': 'has_drifted', 'purchase frequency': 'buys_often', 'engagement': 'is_engaged',
} %}

with

now as (

    select max(as_of) as as_of from {{ ref('int_moments_evaluated') }}

),

all_sizes as (

    select * from {{ ref('fct_segment_sizes') }}

),

moment as (

    select
        now.as_of,
        max(all_sizes.as_of) as previous_at,
        -- a week ago within half a day; further back than two weeks is no week
        max(all_sizes.as_of) filter (
            where all_sizes.as_of between now.as_of - interval '14 days' and now.as_of - interval '156 hours'
        ) as week_ago_at
    from now
    left join all_sizes on now.as_of > all_sizes.as_of
    group by now.as_of

),

members as (

    select
        segment,
        customer_id
    from {{ ref('fct_segment_members') }}

),

stays as (

    select * from {{ ref('fct_segment_history') }}
    where known_to is null

),

customers as (

    {{ customers_at_moment() }}

),

-- a group without a name is everybody, to compare with
compared as (

    select * from members
    union all
    select
        '' as segment,
        customer_id
    from customers

),

measured as (

    select
        compared.segment,
        {{ group_measures() }}
    from compared
    inner join customers on compared.customer_id = customers.customer_id
    group by compared.segment

),

followed as (

    select
        cohorts.segment,
        count(*) as followed_members,
        count(members.customer_id) as kept_members,
        {{ share_of('customers.orders_since > 0') }} as conversion_after_share,
        cast(sum(customers.revenue_since) as double) / count(*) as revenue_after
    from (
        select
            stays.segment,
            stays.customer_id
        from stays
        inner join moment
            on stays.valid_from <= moment.week_ago_at and coalesce(stays.valid_to > moment.week_ago_at, true)
        union all
        select
            '' as segment,
            people.customer_id
        from {{ ref('dim_customers') }} as people
        inner join moment
            on moment.week_ago_at is not null and coalesce(people.first_seen_at <= moment.week_ago_at, true)
    ) as cohorts
    inner join customers on cohorts.customer_id = customers.customer_id
    left join members on cohorts.segment = members.segment and cohorts.customer_id = members.customer_id
    group by cohorts.segment

),

flows as (

    select
        stays.segment,
        count(*) filter (where stays.valid_from = moment.as_of) as members_entered,
        count(*) filter (where stays.valid_to = moment.as_of) as members_left
    from stays
    cross join moment
    group by stays.segment

),

before as (
    {{ judged_before() }}
),

judged as (

    {{ segments_judged(measures) }}

)

select
    judged.*,
    {{ crossings_of(crossings) }} as crossings
from judged
left join before on judged.segment = before.segment
