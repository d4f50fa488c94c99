{#- One row per customer, known or anonymous. -#}

{%- set moments = ["coalesce(observed_at, cast('0001-01-01' as timestamp))", 'file_number', 'line'] %}

with

customers as (

    select
        customer_id,
        bool_or(identifier_type != 'anonymous_id') as is_known,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at,
        count(*) as identifier_count
    from {{ source('intermediate', 'int_identifiers_resolved') }}
    where customer_id is not null
    group by customer_id

),

traits as (

    select
        customer_id,
        {{ latest('country', moments) }} as country,
        {{ latest('city', moments) }} as city,
        {{ latest('locale', moments) }} as locale,
        {{ latest('preferred_channel', moments) }} as preferred_channel
    from {{ ref('int_traits_observed') }}
    group by customer_id

),

habits as (

    select * from {{ ref('int_customers_summed') }}

),

invoices as (

    select
        customer_id,
        arg_max(country, row(invoice_at, invoice)) as country
    from {{ ref('int_invoices_summed') }}
    group by customer_id

)

select
    customers.customer_id,
    customers.is_known,
    customers.first_seen_at,
    customers.last_seen_at,
    coalesce(traits.country, habits.country, invoices.country) as country,
    coalesce(traits.city, habits.city) as city,
    habits.device_type,
    coalesce(traits.locale, habits.locale) as locale,
    coalesce(traits.preferred_channel, habits.channel) as preferred_channel,
    customers.identifier_count
from customers
left join traits on customers.customer_id = traits.customer_id
left join habits on customers.customer_id = habits.customer_id
left join invoices on customers.customer_id = invoices.customer_id
