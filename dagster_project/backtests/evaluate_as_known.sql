-- Whoever was merged since is counted as known then, and followed as the person that they are today.
insert into analysis.evaluated
with

people as (

    select
        known.customer_id,
        min(today.customer_id) as person_id
    from warehouse.intermediate.int_identifiers_resolved as known
    inner join live.intermediate.int_identifiers_resolved as today
        on
            known.namespace = today.namespace
            and known.identifier_type = today.identifier_type
            and known.identifier = today.identifier
    where known.customer_id is not null
    group by known.customer_id

)

select
    conditions.customer_id,
    coalesce(people.person_id, conditions.customer_id) as person_id,
    conditions.as_of,
    conditions.is_member
from warehouse.conditions.{segment} as conditions
left join people on conditions.customer_id = people.customer_id
