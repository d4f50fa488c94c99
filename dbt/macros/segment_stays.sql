{#-
The stays that take the place of those an evaluation touched. `touched` has a row for each stay that meets the
evaluated time [as_of, next_at), or one without a stay. A member's stays grow together with that time; of who is no
member, what lies before and after it remains.
-#}
{% macro stays_after_evaluation() %}
    select
        customer_id,
        segment,
        least(coalesce(min(valid_from), as_of), as_of) as valid_from,
        greatest(coalesce(max(valid_to), next_at), next_at) as valid_to,
        max(ended_as) filter (where valid_to > next_at) as ended_as
    from touched
    where is_member
    group by customer_id, segment, as_of, next_at

    union all

    select
        touched.customer_id,
        touched.segment,
        touched.valid_from,
        touched.as_of as valid_to,
        case
            when customers.customer_id is null then 'merged'
            when segments.segment is null then 'retired'
            else 'left'
        end as ended_as
    from touched
    left join {{ ref('dim_customers') }} as customers on touched.customer_id = customers.customer_id
    left join {{ ref('dim_segments') }} as segments
        on touched.segment = segments.segment and segments.status != 'retired'
    where not touched.is_member and touched.valid_from < touched.as_of

    union all

    select
        customer_id,
        segment,
        next_at as valid_from,
        valid_to,
        ended_as
    from touched
    where not is_member and next_at < valid_to
{% endmacro %}
