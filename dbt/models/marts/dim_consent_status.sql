{#- One row per customer and purpose that the customer ever answered about: what holds now. -#}

with

consents as (

    select
        visitors.customer_id,
        consents.*,
        max(case when not is_granted then last_answered_at end)
            over (partition by consents.visitor_id, purpose) as refused_at

    from {{ ref('fct_consents') }} as consents

    inner join {{ ref('dim_visitors') }} as visitors on consents.visitor_id = visitors.visitor_id

),

dated as (

    -- Stored preferences repeat an answer on every page: it dates from when they began to say so, or
    -- a device that was never told would overrule a withdrawal made on another.
    select
        *,
        case when is_granted and origin = 'event' then last_answered_at end as decided_at,
        min(
            case
                when not is_granted or origin != 'preferences' then null
                when refused_at is null or first_answered_at > refused_at then first_answered_at
                when last_answered_at > refused_at then last_answered_at
            end
        ) over (partition by visitor_id, purpose) as preferred_at

    from consents

),

latest as (

    select
        customer_id,
        purpose,
        max(decided_at) as decided_at,
        max(preferred_at) as preferred_at,
        max(refused_at) as withdrawn_at,
        bool_or(origin = 'gpc') as has_gpc
    from dated
    group by customer_id, purpose

),

answered as (

    -- only a decision made after the signal outweighs Global Privacy Control
    select
        *,
        coalesce(
            greatest(decided_at, case when not has_gpc then preferred_at end),
            decided_at,
            case when not has_gpc then preferred_at end
        ) as granted_at
    from latest

)

select
    customer_id,
    purpose,
    coalesce(granted_at > withdrawn_at, granted_at is not null) as is_granted,
    coalesce(greatest(granted_at, withdrawn_at), granted_at, withdrawn_at) as answered_at,
    granted_at,
    withdrawn_at,
    has_gpc
from answered
where granted_at is not null or withdrawn_at is not null
