{#-
The stays that take the place of those in `touched`. `changed` says of a customer and segment whether they are a member
from as_of to next_at. Where they are, stays grow together with that time; where they are not, what lies before and
after it remains.
-#}
{% macro stays_after_evaluation() %}
    with

    reasons as (

        select
            changed.*,
            case
                when customers.customer_id is null then 'merged'
                when segments.segment is null then 'retired'
                else 'left'
            end as reason
        from changed
        left join {{ ref('dim_customers') }} as customers on changed.customer_id = customers.customer_id
        left join {{ ref('dim_segments') }} as segments
            on changed.segment = segments.segment and segments.status != 'retired'

    ),

    cuts as (

        select
            touched.customer_id,
            touched.segment,
            touched.valid_from as stay_from,
            touched.valid_to as stay_to,
            touched.ended_as,
            reasons.as_of as cut_from,
            reasons.next_at as cut_to,
            reasons.reason
        from touched
        inner join reasons
            on
                touched.customer_id = reasons.customer_id
                and touched.segment = reasons.segment
                and reasons.next_at > touched.valid_from
                and reasons.as_of < touched.valid_to
        where not reasons.is_member

    ),

    followed as (

        select
            cuts.*,
            lead(cut_from) over (partition by customer_id, segment, stay_from order by cut_from) as following_from,
            lead(reason) over (partition by customer_id, segment, stay_from order by cut_from) as following_reason,
            row_number() over (partition by customer_id, segment, stay_from order by cut_from) as cut_number
        from cuts

    ),

    pieces as (

        select
            customer_id,
            segment,
            as_of as valid_from,
            next_at as valid_to,
            cast(null as varchar) as ended_as
        from changed
        where is_member
        union all
        select
            touched.customer_id,
            touched.segment,
            touched.valid_from,
            coalesce(followed.cut_from, touched.valid_to) as valid_to,
            coalesce(followed.reason, touched.ended_as) as ended_as
        from touched
        left join followed
            on
                touched.customer_id = followed.customer_id
                and touched.segment = followed.segment
                and touched.valid_from = followed.stay_from
                and followed.cut_number = 1
        union all
        select
            customer_id,
            segment,
            cut_to as valid_from,
            coalesce(following_from, stay_to) as valid_to,
            coalesce(following_reason, ended_as) as ended_as
        from followed

    ),

    reached as (

        select
            pieces.*,
            max(valid_to) over (
                partition by customer_id, segment order by valid_from, valid_to
                rows between unbounded preceding and 1 preceding
            ) as reached_to
        from pieces
        where valid_from < valid_to

    ),

    joined as (

        select
            reached.*,
            sum(case when reached_to >= valid_from then 0 else 1 end) over (
                partition by customer_id, segment order by valid_from, valid_to
                rows between unbounded preceding and current row
            ) as stay
        from reached

    ),

    ended as (

        select
            joined.*,
            max(valid_to) over (partition by customer_id, segment, stay) as stay_to
        from joined

    )

    select
        customer_id,
        segment,
        min(valid_from) as valid_from,
        stay_to as valid_to,
        max(case when valid_to = stay_to then ended_as end) as ended_as
    from ended
    group by customer_id, segment, stay, stay_to
{% endmacro %}
