{#- One row per customer with any contact data, as last observed, until the purposes that need it end by age. -#}

{%- set moments = ["coalesce(observed_at, cast('0001-01-01' as timestamp))", 'file_number', 'line'] %}

with

resolved as (

    select * from {{ source('intermediate', 'int_identifiers_resolved') }}

),

-- an address that many share belongs to nobody, yet each of them may be reached there
reached as (

    select
        resolved.customer_id,
        links.type_b as identifier_type,
        links.identifier_b as identifier,
        links.last_seen_at,
        links.first_file_number as file_number,
        links.first_line as line
    from {{ ref('int_identifiers_linked') }} as links
    inner join resolved
        on
            links.namespace_a = resolved.namespace
            and links.type_a = resolved.identifier_type
            and links.identifier_a = resolved.identifier
    where links.type_b in ('email', 'phone') and not resolved.is_guarded

    union all

    select customer_id, identifier_type, identifier, last_seen_at, first_file_number, first_line
    from resolved
    where identifier_type in ('email', 'phone') and not is_guarded

),

addresses as (

    select
        customer_id,
        {% for type in ['email', 'phone'] %}
        arg_max(
            identifier, row(coalesce(last_seen_at, cast('0001-01-01' as timestamp)), file_number, line, identifier)
        ) filter (where identifier_type = '{{ type }}') as {{ type }}{{ ',' if not loop.last }}
        {%- endfor %}
    from reached
    group by customer_id

),

people as (

    select
        traits.timestamp as observed_at,
        traits.file_number,
        traits.line,
        traits.first_name,
        traits.last_name,
        traits.street,
        traits.city,
        traits.postal_code,
        traits.country,
        resolved.customer_id
    from {{ ref('stg_segment__traits') }} as traits
    inner join resolved
        on
            traits.namespace = resolved.namespace
            and case when traits.user_id is not null then 'user_id' else 'anonymous_id' end = resolved.identifier_type
            and coalesce(traits.user_id, traits.anonymous_id) = resolved.identifier
    where not resolved.is_guarded

    union all

    select
        records.updated_at as observed_at,
        records.file_number,
        records.line,
        records.first_name,
        records.last_name,
        records.street,
        records.city,
        records.postal_code,
        records.country,
        resolved.customer_id
    from {{ ref('stg_customers__records') }} as records
    inner join resolved
        on
            case when records.user_id is not null then records.namespace else '' end = resolved.namespace
            and case
                when records.user_id is not null then 'user_id' when records.email is not null then 'email' else 'phone'
            end = resolved.identifier_type
            and coalesce(records.user_id, records.email, records.phone) = resolved.identifier
    where not resolved.is_guarded

),

names as (

    select
        customer_id,
        {% for column in ['first_name', 'last_name', 'street', 'city', 'postal_code', 'country'] %}
        {{ latest(column, moments) }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from people
    group by customer_id

),

-- age is counted back from the newest trace of anybody, as in edge/consent
expired as (

    select customer_id
    from (
        select
            customer_id,
            max(last_seen_at) as last_seen_at,
            max(max(last_seen_at)) over () as newest_at
        from resolved
        where customer_id is not null
        group by customer_id
    ) as traces
    where {{ dbt.dateadd('day', var('contact_retention_days'), 'last_seen_at') }} < newest_at

)

select
    coalesce(addresses.customer_id, names.customer_id) as customer_id,
    addresses.email,
    addresses.phone,
    names.first_name,
    names.last_name,
    names.street,
    names.city,
    names.postal_code,
    names.country
from addresses
full outer join names on addresses.customer_id = names.customer_id
left join expired on coalesce(addresses.customer_id, names.customer_id) = expired.customer_id
where expired.customer_id is null and coalesce(
    addresses.email, addresses.phone, names.first_name, names.last_name, names.street, names.city, names.postal_code
) is not null
