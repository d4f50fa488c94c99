{#- One row per observation of a customer's traits: an identify event or a CRM record. No contact data. -#}
{{ config(materialized='table') }}

with

resolved as (

    select * from {{ source('intermediate', 'int_identifiers_resolved') }} where customer_id is not null

),

observations as (

    select
        source,
        file_number,
        line,
        namespace,
        case when user_id is not null then 'user_id' else 'anonymous_id' end as identifier_type,
        coalesce(user_id, anonymous_id) as identifier,
        timestamp as observed_at,
        gender,
        birthday,
        age,
        city,
        country,
        locale,
        preferred_channel,
        plan
    from {{ ref('stg_segment__traits') }}

    union all

    select
        source,
        file_number,
        line,
        case when user_id is not null then namespace else '' end as namespace,
        case when user_id is not null then 'user_id' when email is not null then 'email' else 'phone' end as identifier_type,
        coalesce(user_id, email, phone) as identifier,
        updated_at as observed_at,
        gender,
        birthday,
        age,
        city,
        country,
        null as locale,
        preferred_channel,
        null as plan
    from {{ ref('stg_customers__records') }}

)

select
    resolved.customer_id,
    observations.observed_at,
    observations.source,
    observations.file_number,
    observations.line,
    observations.gender,
    observations.birthday,
    observations.age,
    observations.city,
    observations.country,
    observations.locale,
    observations.preferred_channel,
    observations.plan
from observations
inner join resolved
    on
        observations.namespace = resolved.namespace
        and observations.identifier_type = resolved.identifier_type
        and observations.identifier = resolved.identifier
