-- The customer that an id stands for today, then all that became it. Grain: one customer id.
with recursive

later as (

    select
        $customer_id::varchar as customer_id,
        0 as step
    union
    select
        merges.customer_id,
        later.step + 1 as step
    from intermediate.int_customers_merged as merges
    inner join later on merges.loser_customer_id = later.customer_id

),

current_one as (

    select customer_id
    from later
    order by step desc
    limit 1

),

known as (

    select current_one.customer_id
    from current_one
    semi join intermediate.int_identifiers_resolved as resolved
        on current_one.customer_id = resolved.customer_id

),

earlier as (

    select
        customer_id,
        0 as step
    from known
    union
    select
        merges.loser_customer_id as customer_id,
        earlier.step + 1 as step
    from intermediate.int_customers_merged as merges
    inner join earlier on merges.customer_id = earlier.customer_id

)

select customer_id
from earlier
group by customer_id
order by min(step), customer_id
