-- Grain: one customer, moment and category. The features then, and when they next bought of it.
with

examples as (

    select * from ({features}) as found
    where md5_number_lower(found.customer_id) % 1000000 < $drawn_of_million

),

later_lines as (

    select
        moments.as_of,
        lines.customer_id,
        lines.category,
        min(lines.ordered_at) as next_at
    from intermediate.int_moments_evaluated as moments
    inner join marts.fct_order_lines as lines
        on lines.ordered_at > moments.as_of and lines.ordered_at <= moments.as_of + to_days($longest_days)
    where lines.is_goods
    group by moments.as_of, lines.customer_id, lines.category

)

select
    examples.*,
    later_lines.next_at as next_order_at
from examples
left join later_lines
    on
        examples.as_of = later_lines.as_of
        and examples.customer_id = later_lines.customer_id
        and examples.category = later_lines.category
order by examples.as_of, examples.customer_id, examples.category
