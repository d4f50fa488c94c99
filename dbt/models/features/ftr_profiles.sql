{#-
One row per customer and moment at which the customer had been seen: who they are, as known then. Robots have
no row: a customer whose every session is a robot's, who never ordered and gave no name.
-#}
{{ config(materialized='table') }}
{#- an undated record is older than any dated one -#}
{%- set moments = ["coalesce(traits.observed_at, timestamp '0001-01-01')", 'traits.file_number', 'traits.line'] %}

with

moments as (

    select as_of from {{ ref('int_moments_evaluated') }}

),

known as (

    select
        customer_id,
        min(coalesce(first_seen_at, timestamp '0001-01-01')) as known_from

    from {{ ref('dim_customer_identifiers') }}

    where identifier_type != 'anonymous_id'

    group by customer_id

),

visitors as (

    select
        customer_id,
        min(started_at) as visits_from,
        min(started_at) filter (where not is_bot) as human_from

    from {{ ref('fct_sessions') }}

    group by customer_id

),

robots as (

    select
        visitors.customer_id,
        moments.as_of

    from visitors

    inner join moments
        on
            visitors.visits_from <= moments.as_of
            and (visitors.human_from is null or visitors.human_from > moments.as_of)

),

traits as (

    select
        traits.customer_id,
        moments.as_of,
        {% for trait in ['birthday', 'age', 'gender', 'country', 'city', 'locale'] -%}
        {{ latest('traits.' ~ trait, moments) }} as {{ trait }},
        {% endfor -%}
        {{ latest('traits.preferred_channel', moments) }} as preferred_channel

    from {{ ref('int_traits_observed') }} as traits

    inner join moments on traits.observed_at is null or traits.observed_at <= moments.as_of

    group by traits.customer_id, moments.as_of

),

invoices as (

    select
        invoices.customer_id,
        moments.as_of,
        {{ latest('invoices.country', ['invoices.invoice_at', 'invoices.invoice']) }} as country

    from {{ ref('int_invoices_summed') }} as invoices

    inner join moments on invoices.invoice_at <= moments.as_of

    group by invoices.customer_id, moments.as_of

)

select
    customers.customer_id,
    moments.as_of,
    known.customer_id is not null as is_known,
    {{ whole_days('customers.first_seen_at', 'moments.as_of') }} as days_since_first_seen,
    coalesce({{ whole_years('traits.birthday', 'moments.as_of') }}, traits.age) as age_years,
    traits.gender,
    traits.preferred_channel,
    traits.country,
    invoices.country as invoice_country,
    traits.city,
    traits.locale

from {{ ref('dim_customers') }} as customers

inner join moments
    on customers.first_seen_at is null or customers.first_seen_at <= moments.as_of

left join known
    on customers.customer_id = known.customer_id and moments.as_of >= known.known_from

left join robots
    on customers.customer_id = robots.customer_id and moments.as_of = robots.as_of

left join traits
    on customers.customer_id = traits.customer_id and moments.as_of = traits.as_of

left join invoices
    on customers.customer_id = invoices.customer_id and moments.as_of = invoices.as_of

left join {{ ref('ftr_orders') }} as orders
    on customers.customer_id = orders.customer_id and moments.as_of = orders.as_of

where robots.customer_id is null or known.customer_id is not null or orders.customer_id is not null
