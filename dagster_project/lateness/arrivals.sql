-- Whom events loaded since then concern at moments evaluated before. Grain: one customer and moment.
with

evaluated as (

    select distinct sizes.as_of
    from segments.fct_segment_sizes as sizes
    inner join intermediate.int_moments_evaluated as moment
        on sizes.as_of != moment.as_of and sizes.as_of >= moment.as_of - to_days($days::integer)

),

newest as (

    select max(as_of) as as_of from evaluated

),

arrived as (

    select
        events.namespace,
        events.anonymous_id,
        events.user_id,
        events.timestamp as happened_at
    from staging.stg_segment__events as events
    inner join newest on events.timestamp <= newest.as_of
    where events.loaded_at > $since

    union all

    select
        lines.namespace,
        lines.anonymous_id,
        lines.user_id,
        lines.invoice_at as happened_at
    from staging.stg_online_retail__lines as lines
    inner join newest on lines.invoice_at <= newest.as_of
    where lines.loaded_at > $since

),

named as (

    select
        namespace,
        'anonymous_id' as identifier_type,
        anonymous_id as identifier,
        happened_at
    from arrived
    union all
    select
        namespace,
        'user_id' as identifier_type,
        user_id as identifier,
        happened_at
    from arrived

),

concerned as (

    select
        identifiers.customer_id,
        min(named.happened_at) as first_at
    from named
    inner join intermediate.int_identifiers_resolved as identifiers
        on
            named.namespace = identifiers.namespace
            and named.identifier_type = identifiers.identifier_type
            and named.identifier = identifiers.identifier
    where identifiers.customer_id is not null
    group by identifiers.customer_id

)

select
    concerned.customer_id,
    evaluated.as_of
from concerned
inner join evaluated on concerned.first_at <= evaluated.as_of
