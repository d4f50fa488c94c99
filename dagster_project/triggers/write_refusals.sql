-- Refusals of the new events: of the device and of the user alike. Grain: one customer and purpose.
copy (
    with

    refusals as (
        select
            namespace,
            anonymous_id,
            user_id,
            consent_purpose as purpose
        from staged
        where type = 'track' and event = 'Consent Withdrawn' and consent_purpose is not null
        union all
        select
            namespace,
            anonymous_id,
            user_id,
            'ads' as purpose
        from staged
        where has_gpc
        union all
        select
            namespace,
            anonymous_id,
            user_id,
            preferences.key as purpose
        from staged, json_each(case when json_type(consent) = 'OBJECT' then consent end) as preferences
        where preferences.value::varchar = 'false'
    )

    select distinct
        named.customer_id,
        refusals.purpose
    from refusals
    inner join named
        on
            refusals.namespace = named.namespace
            and (
                (named.identifier_type = 'anonymous_id' and refusals.anonymous_id = named.identifier)
                or (named.identifier_type = 'user_id' and refusals.user_id = named.identifier)
            )
) to {path} (format parquet)
