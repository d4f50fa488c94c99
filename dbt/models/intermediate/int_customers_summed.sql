{#- One row per customer with sessions: the most used device, place, language and channel. -#}
{{ config(materialized='table') }}

{%- set habits = ['device_type', 'country', 'city', 'locale', 'channel'] %}

with

visitors as (

    select * from {{ source('intermediate', 'int_identifiers_resolved') }} where visitor_id is not null

),

sessions as (

    select
        visitors.customer_id,
        summed.device_type,
        summed.country,
        summed.city,
        summed.locale,
        coalesce(
            lower(summed.campaign_medium), case when summed.referrer is not null then 'referral' else 'direct' end
        ) as channel
    from {{ ref('int_sessions_summed') }} as summed
    inner join visitors on summed.visitor_id = visitors.visitor_id

),

{% for habit in habits %}
{{ habit }}s as (

    select
        customer_id,
        arg_max({{ habit }}, row(sessions, {{ habit }})) as {{ habit }}
    from (
        select customer_id, {{ habit }}, count(*) as sessions
        from sessions
        where {{ habit }} is not null
        group by customer_id, {{ habit }}
    )
    group by customer_id

),

{% endfor %}
customers as (

    select distinct customer_id from sessions

)

select
    customers.customer_id,
    {% for habit in habits %}
    {{ habit }}s.{{ habit }}{{ ',' if not loop.last }}
    {%- endfor %}
from customers
{% for habit in habits %}
left join {{ habit }}s on customers.customer_id = {{ habit }}s.customer_id
{% endfor %}
