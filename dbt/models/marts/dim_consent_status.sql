{#- One row per customer and purpose that the customer ever answered about: what holds now. -#}

with

refusals as (

    select
        visitor_id,
        purpose,
        max(last_answered_at) as refused_at

    from {{ ref('fct_consents') }}

    where not is_granted

    group by visitor_id, purpose

),

answers as (

    -- Stored preferences repeat an answer on every page: it dates from when they began to say so, or
    -- a device that was never told would overrule a withdrawal made on another.
    select
        consents.visitor_id,
        consents.purpose,
        max(case when consents.is_granted and consents.origin = 'event' then consents.last_answered_at end) as decided_at,
        min(
            case
                when not consents.is_granted or consents.origin != 'preferences' then null
                when refusals.refused_at is null or consents.first_answered_at > refusals.refused_at
                    then consents.first_answered_at
                when consents.last_answered_at > refusals.refused_at then consents.last_answered_at
            end
        ) as preferred_at,
        max(refusals.refused_at) as refused_at,
        bool_or(consents.origin = 'gpc') as has_gpc

    from {{ ref('fct_consents') }} as consents

    left join refusals
        on consents.visitor_id = refusals.visitor_id and consents.purpose = refusals.purpose

    group by consents.visitor_id, consents.purpose

),

latest as (

    select
        visitors.customer_id,
        answers.purpose,
        max(answers.decided_at) as decided_at,
        max(answers.preferred_at) as preferred_at,
        max(answers.refused_at) as withdrawn_at,
        bool_or(answers.has_gpc) as has_gpc
    from answers
    inner join {{ ref('dim_visitors') }} as visitors on answers.visitor_id = visitors.visitor_id
    group by visitors.customer_id, answers.purpose

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
