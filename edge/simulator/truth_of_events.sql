-- The truth about orders, visits and consents; and what the CRM knows of people in the end.
create or replace table truth_orders as
select
    'o' || (1000001 + visit) as order_id, person_id(person) as person_id, moment as ordered_at,
    revenue / 100 as revenue, updated_revenue / 100 as updated_revenue, refunded / 100 as refunded,
    case when refunded > 0 then refund_moment end as refunded_at,
    names_order or refunded = 0 as does_refund_name_order, is_repeated, items
from true_orders
order by visit;

create or replace table truth_visits as
select
    true_visits.visit, person_id(true_visits.person) as person_id, devices.anonymous_id,
    true_visits.started_at, true_visits.is_known, true_visits.buys
from true_visits
inner join devices on true_visits.device = devices.device
order by true_visits.visit;

create or replace table truth_consents as
select
    person_id(true_consents.person) as person_id, devices.anonymous_id,
    (['analytics', 'personalisation', null, 'ads', null, null, null, 'marketing_email'])
        [true_consents.purpose] as purpose,
    true_consents.kind = 3 as is_granted, true_consents.moment as decided_at
from true_consents
inner join devices on true_consents.device = devices.device
order by true_consents.moment, true_consents.person, true_consents.purpose;

create or replace table truth_crm as
select
    user_id as customer_number,
    typed_email(email, lot % 4) as email_address,
    typed_phone(phone, lot % 5) as phone,
    first_name,
    last_name,
    case when lot % 10 > 0 then birthday end as birthday,
    gender,
    street,
    city,
    postcode,
    country,
    preferred_channel,
    strftime(
        true_span.starts_at + to_hours((lot % (24 * true_span.days))::integer), '%Y-%m-%dT%H:%M:%SZ'
    ) as updated_at
from known_people
cross join true_span
where is_known or is_from_store
order by user_id;
