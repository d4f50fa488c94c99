-- Refusals of the new events: of the device and of the user alike. Grain: one customer and purpose.
copy (
    with

    refusals as (
        select
            namespace,
            anonymous_id,
            user_id,
            coalesce(received_at, timestamp) as refused_at,
            consent_purpose as purpose
        from staged
        where type = 'track' and event = 'Consent Withdrawn' and consent_purpose is not null
        union all
        select
            namespace,
            anonymous_id,
            user_id,
            coalesce(received_at, timestamp) as refused_at,
            'ads' as purpose
        from staged
        where has_gpc
        union all
        select
            namespace,
            anonymous_id,
            user_id,
            coalesce(received_at, timestamp) as refused_at,
            preferences.key as purpose
        from staged, json_each(case when json_type(consent) = 'OBJECT' then consent end) as preferences
        where preferences.value::varchar = 'false'
    )

    select
        named.customer_id,
        refusals.purpose,
        min(refusals.refused_at) as refused_at
    from refusals
    inner join named
        on
            refusals.namespace = named.namespace
            and (
                (named.identifier_type = 'anonymous_id' and refusals.anonymous_id = named.identifier)
                or (named.identifier_type = 'user_id' and refusals.user_id = named.identifier)
            )
    group by named.customer_id, refusals.purpose
) to {path} (format parquet)
