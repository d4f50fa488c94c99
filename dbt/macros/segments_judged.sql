{#- The rows of fct_segment_health, from its parts: each segment at the moment, with everybody beside it. -#}
{% macro segments_judged(measures) %}
    select
        sizes.segment,
        sizes.as_of,
        moment.previous_at as previous_as_of,
        moment.week_ago_at as week_ago_as_of,
        sizes.size,
        sizes.share,
        segments.min_size,
        sizes.size < segments.min_size as is_too_small,
        coalesce(sizes.size > parents.size, false) as is_larger_than_parent,
        {{ calendar_days('cast(sizes.as_of as date)', 'segments.review_date') }} as days_to_review,
        case when moment.previous_at is not null then coalesce(flows.members_entered, 0) end as members_entered,
        case when moment.previous_at is not null then coalesce(flows.members_left, 0) end as members_left,
        coalesce(flows.members_left, 0) / nullif(cast(previous.size as double), 0) as churn_share,
        earlier.size as size_week_ago,
        sizes.size / nullif(cast(earlier.size as double), 0) - 1 as size_change_share,
        followed.kept_members
        / nullif(cast(followed.followed_members + sizes.size - followed.kept_members as double), 0) as stability_share,
        {%- for measure in measures %}
        measured.{{ measure }},
        everybody.{{ measure }} as {{ measure }}_of_all,
        {%- endfor %}
        measured.anonymous_share - everybody.anonymous_share as anonymous_bias,
        followed.followed_members,
        followed.conversion_after_share,
        followed.revenue_after,
        followed.conversion_after_share / nullif(everybody_then.conversion_after_share, 0) as conversion_lift,
        followed.revenue_after / nullif(everybody_then.revenue_after, 0) as revenue_lift,
        (followed.conversion_after_share - everybody_then.conversion_after_share)
        / nullif(sqrt(
            everybody_then.conversion_after_share * (1 - everybody_then.conversion_after_share) / followed.followed_members
        ), 0) as conversion_lift_errors,
        measured.known as known_members,
        measured.visits_per_known,
        measured.visits_per_anonymous,
        measured.buyers,
        {{ bimodality(
            'measured.log_spend_1', 'measured.log_spend_2', 'measured.log_spend_3', 'measured.log_spend_4',
            'power(20 * ln(' ~ health_limit('split_spend_factor') ~ '), 2)'
        ) }} as spend_bimodality,
        coalesce(
            abs(sizes.size - earlier.size) >= {{ health_limit('health_size_jump_share') }} * earlier.size
            and greatest(sizes.size, earlier.size) >= segments.min_size,
            false
        ) as has_jumped,
        coalesce(
            followed.kept_members
            < {{ health_limit('health_stability_share') }} * (followed.followed_members + sizes.size - followed.kept_members)
            and sizes.size >= segments.min_size,
            false
        ) as has_drifted,
        {{ reaches_limit('measured.orders_per_member', 'health_orders_per_member', 'before.buys_often') }} as buys_often,
        {{ reaches_limit('measured.visits_per_member', 'health_visits_per_member', 'before.is_engaged') }} as is_engaged
    from all_sizes as sizes
    inner join moment on sizes.as_of = moment.as_of
    inner join {{ ref('dim_segments') }} as segments on sizes.segment = segments.segment
    left join all_sizes as parents on segments.parent = parents.segment and sizes.as_of = parents.as_of
    left join all_sizes as earlier on sizes.segment = earlier.segment and moment.week_ago_at = earlier.as_of
    left join all_sizes as previous on sizes.segment = previous.segment and moment.previous_at = previous.as_of
    left join before on sizes.segment = before.segment
    left join flows on sizes.segment = flows.segment
    left join measured on sizes.segment = measured.segment
    left join measured as everybody on everybody.segment = ''
    left join followed on sizes.segment = followed.segment
    left join followed as everybody_then on everybody_then.segment = ''
{% endmacro %}

{#- Whether a limit is reached, or was and is not clearly missed by now. -#}
{% macro reaches_limit(measure, limit, before) -%}
    {{ measure }} >= {{ health_limit(limit) }}
        * case when {{ before }} then 1 - {{ health_limit('health_slack_share') }} else 1 end
{%- endmacro %}

{#- The rows of the moment evaluated before; none at first. -#}
{% macro judged_before() %}
    {%- if is_incremental() %}
    select health.*
    from {{ this }} as health
    inner join moment on health.as_of = moment.previous_at
    {%- else %}
    select
        segment,
        false as buys_often,
        false as is_engaged
    from all_sizes
    where false
    {%- endif %}
{% endmacro %}
