-- The truth about people, their identifiers and devices.
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
