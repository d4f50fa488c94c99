-- What the lines of every slice refer to: people, devices, products, channels.
create or replace macro pair(name, value) as ',"' || name || '":"' || value || '"';
create or replace macro plain(name, value) as ',"' || name || '":' || value;
create or replace macro money(cents) as
    (cents // 100)::varchar || '.' || lpad((cents % 100)::varchar, 2, '0');
create or replace macro typed_phone(digits, way) as case way
    when 0 then '+' || digits
    when 1 then '+' || digits[:3] || ' ' || digits[4:6] || ' ' || digits[7:]
    when 2 then '+' || digits[:3] || '-' || digits[4:7] || '-' || digits[8:]
    when 3 then '(+' || digits[:3] || ') ' || digits[4:6] || ' ' || digits[7:]
    else ' +' || digits[:3] || ' ' || digits[4:8] || '.' || digits[9:] || ' '
end;
create or replace macro typed_email(email, way) as case way
    when 0 then lower(email)
    when 1 then upper(email)
    when 2 then '  ' || lower(email) || ' '
    else email
end;
create or replace macro person_id(number) as 'person_' || lpad(number::varchar, 7, '0');
create or replace macro slug(name) as lower(replace(name, ' ', '-'));

create or replace table people as
select
    made.person,
    made.has_phone,
    'u' || (1000001 + made.person) as user_id,
    first_names.name as first_name,
    last_names.name as last_name,
    first_names.gender,
    regexp_replace(strip_accents(first_names.name), '[^A-Za-z]', '', 'g')
    || '.' || regexp_replace(strip_accents(last_names.name), '[^A-Za-z]', '', 'g')
    || '.' || (100 + made.person)
    || '@Example.' || (['com', 'org', 'net'])[1 + made.lot % 3] as email,
    case when made.has_phone then '999' || (1000000000 + made.person * 37) end as phone,
    (date '1946-01-01' + (made.lot % 22000)::integer) as birthday,
    streets.name || ' ' || (1 + made.lot % 180) as street,
    places.city,
    places.digits || lpad((made.lot % 1000)::varchar, 3, '0') as postcode,
    places.country,
    (['email', 'email', 'phone', 'post', 'sms'])[1 + made.lot % 5] as preferred_channel,
    made.lot
from made_people as made
inner join first_names on made.first_name = first_names.number
inner join last_names on made.last_name = last_names.number
inner join streets on made.lot % (select count(*) from streets) = streets.number
inner join places on made.place = places.number;

create or replace table devices as
select
    made.device,
    made.anonymous_id,
    concat(
        '"userAgent":"', agents.name,
        '","device":{"type":"', agents.kind, '"},"locale":"', places.locale,
        '","timezone":"', places.timezone, '","ip":"198.51.100.', made.lot % 254 + 1,
        '","location":{"country":"', places.country, '","city":"', places.city, '"}',
        case when made.has_gpc then ',"gpc":true' end
    ) as context
from made_devices as made
inner join agents on made.agent = agents.number
inner join places on made.place = places.number;

create or replace table products as
select
    made.product,
    sale.is_sale,
    '/p/' || made.product_id as path,
    made.category,
    made.brand,
    lower(made.brand || ' ' || made.category) as search_query,
    case when made.is_margin_known then ',"margin_share":' || made.margin_share end as margin,
    case when sale.is_sale then made.sale_price else made.price end as price,
    concat(
        '"product_id":"', made.product_id, '","sku":"', made.sku, '","name":"', made.name,
        '","category":"', made.category, '","brand":"', made.brand,
        '","price":', case when sale.is_sale then made.sale_price else made.price end,
        ',"list_price":', made.list_price
    ) as fragment
from made_products as made
cross join (values (false), (true)) as sale (is_sale);
