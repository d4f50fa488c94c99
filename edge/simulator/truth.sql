-- The truth about people, their identifiers, devices, visits and orders; and what the CRM knows.
create or replace temp view known_people as
select
    true_people.*,
    people.* exclude (person),
    person_id(true_people.person) as person_id,
    coalesce(visited.is_known, false) as is_known,
    coalesce(visited.gives_email, false) as gives_email,
    -- some of those who never logged in are known to the CRM from a store
    true_people.can_log_in and not coalesce(visited.is_known, false) and people.lot % 100 < 30
        as is_from_store,
    visited.first_visit_at,
    visited.last_visit_at,
    coalesce(visited.visits, 0) as visits,
    coalesce(visited.orders, 0) as orders
from true_people
inner join people on true_people.person = people.person
left join (
    select
        person,
        bool_or(is_known) as is_known,
        bool_or(gives_email) as gives_email,
        min(started_at) as first_visit_at,
        max(started_at) as last_visit_at,
        count(*) as visits,
        count(*) filter (where buys) as orders
    from true_visits
    group by person
) as visited on true_people.person = visited.person;

create or replace table truth_people as
select
    person_id, persona, is_bot, taste_category, second_category, taste_style, taste_brand, is_known,
    is_from_store, case when is_known or is_from_store then user_id end as user_id, country,
    first_visit_at, last_visit_at, visits, orders
from known_people
order by person;

create or replace temp view device_users as
select
    true_visits.device,
    true_visits.person,
    bool_or(true_visits.gives_email) as is_linked,
    count(*) over (partition by true_visits.device) > 1 as is_shared
from true_visits
group by true_visits.device, true_visits.person;

create or replace table truth_identifiers as
select identifier_type, identifier, person_id, is_shared, is_linked, seen_in
from (
    select
        'anonymous_id' as identifier_type, devices.anonymous_id as identifier,
        person_id(device_users.person) as person_id, device_users.is_shared, device_users.is_linked,
        'events' as seen_in
    from device_users
    inner join devices on device_users.device = devices.device
    union all
    select 'user_id', user_id, person_id, false, true, case when is_known then 'events' else 'crm' end
    from known_people
    where is_known or is_from_store
    union all
    select 'email', lower(email), person_id, false, true, case when gives_email then 'events' else 'crm' end
    from known_people
    where gives_email or is_from_store
    union all
    select 'phone', '+' || phone, person_id, false, true, case when is_known then 'events' else 'crm' end
    from known_people
    where has_phone and (is_known or is_from_store)
)
order by identifier_type, identifier, person_id;

create or replace table truth_devices as
select
    devices.anonymous_id, person_id(true_devices.owner) as owner_person_id, agents.kind as device_type,
    coalesce(users.people, 0) as people, coalesce(users.people, 0) > 1 as is_shared,
    true_devices.has_gpc, true_devices.clock_skew_seconds
from true_devices
inner join devices on true_devices.device = devices.device
inner join agents on true_devices.agent = agents.number
left join (select device, count(*) as people from device_users group by device) as users
    on true_devices.device = users.device
order by true_devices.device;

create or replace table truth_bots as
select
    person_id(true_people.person) as person_id, devices.anonymous_id, agents.name as user_agent,
    true_devices.has_bot_agent
from true_people
inner join true_devices on true_people.person = true_devices.owner
inner join devices on true_devices.device = devices.device
inner join agents on true_devices.agent = agents.number
where true_people.is_bot
order by true_people.person;

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
