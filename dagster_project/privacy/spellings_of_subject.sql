-- The contacts of the subject as sources wrote them. Grain: one text.
with

given as (

    select
        events.source,
        events.user_id,
        events.anonymous_id,
        unnest(
            [
                events.traits ->> '$.email', events.traits ->> '$.phone',
                events.context ->> '$.traits.email', events.context ->> '$.traits.phone'
            ]
        ) as spelling
    from raw.events as events
    where
        events.user_id in (select identifier from subject_names)
        or events.anonymous_id in (select identifier from subject_names)

    union all

    select
        source,
        user_id,
        null as anonymous_id,
        unnest([email, phone]) as spelling
    from raw.customers

),

placed as (

    select
        given.*,
        coalesce(sources.namespace, given.source) as namespace
    from given
    left join raw.sources on given.source = sources.source
    where given.spelling is not null

)

select distinct placed.spelling
from placed
inner join subject_names as names
    on
        placed.namespace = names.namespace
        and (
            (names.identifier_type = 'user_id' and placed.user_id = names.identifier)
            or (names.identifier_type = 'anonymous_id' and placed.anonymous_id = names.identifier)
        )
where
    lower(trim(placed.spelling)) not in (
        select contacts.identifier
        from intermediate.int_identifiers_resolved as contacts
        where contacts.is_guarded and contacts.identifier_type = 'email'
    )
    and coalesce('+' || ltrim(regexp_replace(placed.spelling, '[^0-9]', '', 'g'), '0'), '') not in (
        select contacts.identifier
        from intermediate.int_identifiers_resolved as contacts
        where contacts.is_guarded and contacts.identifier_type = 'phone'
    )
