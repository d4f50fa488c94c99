-- Who left no trace, and granted nothing, for so long: counted back from the newest trace of anybody, as the gate does. A
-- device that several people share is nobody, and stays. Grain: one customer id of theirs, merged ones included.
with recursive

seen as (

    select
        customer_id,
        last_seen_at,
        max(last_seen_at) over () - to_days($days::integer) as kept_from
    from marts.dim_customers

),

silent as (

    select seen.customer_id
    from seen
    semi join intermediate.int_identifiers_resolved as own on seen.customer_id = own.customer_id and not own.is_guarded
    anti join marts.dim_consent_status as consents
        on seen.customer_id = consents.customer_id and consents.is_granted and consents.answered_at >= seen.kept_from
    where seen.last_seen_at < seen.kept_from

),

ids as (

    select customer_id
    from silent
    union
    select merges.loser_customer_id as customer_id
    from intermediate.int_customers_merged as merges
    inner join ids on merges.customer_id = ids.customer_id

)

select customer_id
from ids
order by customer_id
