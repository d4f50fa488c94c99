{#- What is said in `differing` of a moment, up to the next one evaluated already. -#}
{% macro stays_changed(forever) %}
    select
        differing.*,
        coalesce(next_moments.next_at, {{ forever }}) as next_at
    from differing
    left join (
        select
            told.segment,
            told.as_of,
            min(sizes.as_of) as next_at
        from (select distinct segment, as_of from differing) as told
        inner join {{ ref('fct_segment_sizes') }} as sizes
            on told.segment = sizes.segment and told.as_of < sizes.as_of
        group by told.segment, told.as_of
    ) as next_moments
        on differing.segment = next_moments.segment and differing.as_of = next_moments.as_of
{% endmacro %}

{#- The stays in `held` that meet a time of `changed`, or that end or begin where a member's does. -#}
{% macro stays_touched() %}
    select distinct held.*
    from held
    inner join changed
        on
            held.customer_id = changed.customer_id
            and held.segment = changed.segment
            and held.valid_from <= changed.next_at
            and held.valid_to >= changed.as_of
    where changed.is_member or (held.valid_from < changed.next_at and held.valid_to > changed.as_of)
{% endmacro %}
