insert into analysis.found
select
    arrivals.customer_id,
    {segment} as segment,
    arrivals.as_of,
    coalesce(conditions.is_member, false) as is_member
from late_arrivals as arrivals
left join warehouse.conditions.{table} as conditions
    on arrivals.customer_id = conditions.customer_id and arrivals.as_of = conditions.as_of
where list_contains($moments::timestamp[], arrivals.as_of)
