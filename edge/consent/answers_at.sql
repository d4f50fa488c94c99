-- The answers of some customers as they stood at a moment each: an entry (entry_id, customer_id, asked_at) is a customer of its
-- own, so that one evaluation of marts.dim_consent_status answers for all of them. Answers are kept per day, so within a day
-- an answer repeated later that day counts as given at the moment. Who a visitor is, is as known today.
create table warehouse.marts.dim_customers as
select
    entry_id as customer_id,
    null::timestamp as last_seen_at  -- who is asked for was there: retention ends nothing then
from {entries};

create table warehouse.marts.dim_visitors as
select
    visitors.visitor_id || '@' || entries.entry_id as visitor_id,
    entries.entry_id as customer_id
from {entries} as entries
inner join {source}.marts.dim_visitors as visitors on entries.customer_id = visitors.customer_id
union all
-- an answer that we set for a customer without visitors names the customer
select
    customer_id || '@' || entry_id as visitor_id,
    entry_id as customer_id
from {entries};

create table warehouse.marts.fct_consents as
with

answerers as (
    select
        customer_id,
        visitor_id
    from {source}.marts.dim_visitors
    union all
    select
        customer_id,
        customer_id as visitor_id
    from {source}.marts.dim_customers
)

select
    consents.* replace (
        consents.visitor_id || '@' || entries.entry_id as visitor_id,
        consents.beside_visitor_id || '@' || entries.entry_id as beside_visitor_id,
        least(consents.last_answered_at, entries.asked_at) as last_answered_at
    )
from {entries} as entries
inner join answerers on entries.customer_id = answerers.customer_id
inner join {source}.marts.fct_consents as consents
    on answerers.visitor_id = consents.visitor_id and consents.first_answered_at <= entries.asked_at
