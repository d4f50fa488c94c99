{#- One row per customer and purpose that the customer ever answered about: what holds now, and why. -#}

with

answers as (

    select visitors.customer_id, consents.*
    from {{ ref('fct_consents') }} as consents
    inner join {{ ref('dim_visitors') }} as visitors on consents.visitor_id = visitors.visitor_id

    union all

    -- set by us for a customer without any visitor: a row of a CRM
    select customers.customer_id, consents.*
    from {{ ref('fct_consents') }} as consents
    inner join {{ ref('dim_customers') }} as customers on consents.visitor_id = customers.customer_id

),

refusals as (

    select
        customer_id,
        purpose,
        visitor_id,
        beside_visitor_id,
        max(last_answered_at) as refused_at,
        max(case when origin = 'gpc' then last_answered_at end) as signalled_at
    from answers
    where not is_granted
    group by customer_id, purpose, visitor_id, beside_visitor_id

),

last_refusals as (

    select visitor_id, purpose, max(refused_at) as refused_at
    from refusals
    group by visitor_id, purpose

),

signals as (

    select distinct customer_id, purpose
    from refusals
    where signalled_at is not null

),

decisions as (

    -- Stored preferences repeat an answer on every page: it dates from when they began to say so, or
    -- a device that was never told would overrule a withdrawal made on another.
    select
        answers.customer_id,
        answers.purpose,
        answers.visitor_id,
        answers.beside_visitor_id,
        max(case when answers.origin != 'preferences' then answers.last_answered_at end) as decided_at,
        min(
            case
                when answers.origin != 'preferences' then null
                when last_refusals.refused_at is null or answers.first_answered_at > last_refusals.refused_at
                    then answers.first_answered_at
                when answers.last_answered_at > last_refusals.refused_at then answers.last_answered_at
            end
        ) as preferred_at
    from answers
    left join last_refusals
        on answers.visitor_id = last_refusals.visitor_id and answers.purpose = last_refusals.purpose
    where answers.is_granted
    group by answers.customer_id, answers.purpose, answers.visitor_id, answers.beside_visitor_id

),

grants as (

    -- only a decision made after the signal outweighs Global Privacy Control
    select
        decisions.*,
        case
            when signals.customer_id is not null then decisions.decided_at
            else coalesce(greatest(decisions.decided_at, decisions.preferred_at), decisions.decided_at, decisions.preferred_at)
        end as granted_at
    from decisions
    left join signals
        on decisions.customer_id = signals.customer_id and decisions.purpose = signals.purpose

),

judged as (

    -- A grant outweighs what the same visitor refused before. What another one refused whom nobody
    -- knew to be the same person stands: when identities merge, the stricter answer holds.
    select
        refusals.*,
        not exists (
            select 1
            from grants
            where
                grants.customer_id = refusals.customer_id
                and grants.purpose = refusals.purpose
                and grants.granted_at > refusals.refused_at
                and (
                    grants.visitor_id in (refusals.visitor_id, refusals.beside_visitor_id)
                    or grants.beside_visitor_id in (refusals.visitor_id, refusals.beside_visitor_id)
                )
        ) as is_standing
    from refusals

),

latest as (

    select
        customer_id,
        purpose,
        max(granted_at) as granted_at,
        max(decided_at) as decided_at,
        max(refused_at) as withdrawn_at,
        max(case when is_standing then refused_at end) as standing_at,
        max(signalled_at) as signalled_at
    from (
        select * from grants
        union all by name
        select * from judged
    ) as both_sides
    group by customer_id, purpose

)

select
    customer_id,
    purpose,
    granted_at is not null and standing_at is null as is_granted,
    coalesce(standing_at is null and (withdrawn_at is null or decided_at > withdrawn_at), false)
    and decided_at is not null as is_explicit,
    coalesce(standing_at, granted_at) as answered_at,
    case
        when granted_at > standing_at then 'stricter_of_merged_identities'
        when standing_at = signalled_at then 'global_privacy_control'
        else 'latest_answer'
    end as reason,
    granted_at,
    withdrawn_at,
    signalled_at is not null as has_gpc
from latest
where granted_at is not null or standing_at is not null
