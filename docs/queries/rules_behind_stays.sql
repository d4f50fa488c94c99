with

-- By which build, rule and models each version of a customer's stays came to be believed: change these two values. What the
-- newest refresh said has no build here before the next one. Grain: one version of a stay.
asked as (
    select
        'c0' as customer_id,
        'lapsed_customers' as segment
)

select
    history.valid_from,
    history.valid_to,
    history.known_from,
    history.known_to,
    builds.build_id,
    builds.as_of as build_as_of,
    builds.rule_hashes ->> ('seg_' || history.segment) as rule_hash,
    builds.model_versions
from segments.fct_segment_history as history
inner join asked on history.customer_id = asked.customer_id and history.segment = asked.segment
asof left join segments.fct_builds as builds on history.known_from <= builds.built_at
order by history.valid_from, history.known_from
