{#-
What the health of segments suggests to their owners; nothing is ever done about it by itself. One row per proposal at the
moment evaluated last: its kind, the segment and, of a merger, the other.
-#}
{{ config(materialized='view') }}
{%- set significance = health_limit('health_significance') %}

with

moment as (

    select max(as_of) as as_of from {{ ref('int_moments_evaluated') }}

),

health as (

    select health.*
    from {{ ref('fct_segment_health') }} as health
    inner join moment on health.as_of = moment.as_of

),

-- a trigger and a segment of the same rule are two things on purpose
pairs as (

    select pairs.*
    from {{ ref('fct_segment_overlaps') }} as pairs
    inner join moment on pairs.as_of = moment.as_of
    inner join {{ ref('dim_segments') }} as one on pairs.segment_a = one.segment
    inner join {{ ref('dim_segments') }} as other on pairs.segment_b = other.segment
    where one.is_trigger = other.is_trigger

)

select
    'merge' as proposal,
    segment_a as segment,
    segment_b as other_segment,
    as_of,
    concat(
        cast(round(100 * jaccard) as integer), ' % of all members are in both, and those in both convert, spend and visit like those in one'
    ) as reason
from pairs
where
    jaccard >= {{ health_limit('merge_jaccard_share') }}
    and greatest(converted_difference, spend_difference, visits_difference) < {{ significance }}

union all

select
    'prune' as proposal,
    segment,
    null as other_segment,
    as_of,
    concat(
        'small (', case
            when size < {{ var('minimum_group_size') }} then 'fewer than {{ var('minimum_group_size') }}' else cast(size as varchar)
        end, ' members), and of its ', followed_members, ' members of a week ago as many bought since as of all customers'
    ) as reason
from health
where
    size < {{ health_limit('prune_members_factor') }} * min_size
    and followed_members >= {{ health_limit('prune_followed_members') }}
    and abs(conversion_lift - 1) <= {{ health_limit('prune_lift_share') }}
    and abs(conversion_lift_errors) < {{ significance }}

union all

select
    'split' as proposal,
    segment,
    null as other_segment,
    as_of,
    'its buyers form two groups by what they have spent, a low and a high one' as reason
from health
where
    spend_bimodality >= {{ health_limit('split_bimodality') }}
    and buyers >= greatest(2 * min_size, {{ health_limit('split_buyers') }})

union all

select
    'split' as proposal,
    segment,
    null as other_segment,
    as_of,
    concat(
        'very large (', cast(round(100 * share) as integer), ' % of all customers), and its known members visit ',
        cast(round(visits_per_known, 1) as varchar), ' times a week, its anonymous ones ', cast(round(visits_per_anonymous, 1) as varchar)
    ) as reason
from health
where
    share >= {{ health_limit('split_share') }}
    and least(known_members, size - known_members) >= min_size
    and greatest(visits_per_known, visits_per_anonymous) >= {{ health_limit('split_visits') }}
    and greatest(visits_per_known, visits_per_anonymous)
    >= {{ health_limit('split_visits_factor') }} * least(visits_per_known, visits_per_anonymous)
