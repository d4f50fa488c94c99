-- One row per line of one export of customers. The message is the content and where it stands:
-- a customer may return to an earlier content.
create or replace temp table parsed as

with

texts as (

    select
        file_number,
        source,
        line,
        document,
        traits,
        known(user_id) as user_id,
        known(email) as email,
        known(phone) as phone,
        known(first_name) as first_name,
        known(last_name) as last_name,
        known(birthday) as birthday,
        known(age) as age,
        known(gender) as gender,
        known(street) as street,
        known(city) as city,
        known(postal_code) as postal_code,
        known(country) as country,
        known(preferred_channel) as preferred_channel,
        known(updated_at) as updated_at

    from landed_rows

),

cleaned as (

    select
        * replace (
            without_point(user_id) as user_id,
            without_point(postal_code) as postal_code,
            without_point(age) as age
        )

    from texts

),

typed as (

    select
        * replace (
            iso_moment(birthday)::date as birthday,
            whole_number(age) as age,
            iso_moment(updated_at) as updated_at
        ),
        birthday as birthday_text,
        age as age_text,
        updated_at as updated_at_text

    from cleaned

),

judged as (

    select
        *,
        case
            when user_id is null then 'user_id: missing'
            when birthday_text is not null and birthday is null then 'birthday: not an ISO 8601 date'
            when age_text is not null and (age is null or age not between 0 and 150)
                then 'age: not a whole number of years'
            when updated_at_text is not null and updated_at is null
                then 'updated_at: not an ISO 8601 time'
        end as reason,
        sha256(
            to_json(
                [
                    source, user_id, email, phone, first_name, last_name, birthday::varchar,
                    age::varchar, gender, street, city, postal_code, country, preferred_channel,
                    updated_at::varchar, traits::varchar
                ]
            )::varchar
        ) as content_hash

    from typed

)

select
    file_number,
    line,
    source,
    reason,
    content_hash,
    case when reason is not null then document::varchar end as payload,
    content_hash || '-' || file_number || '-' || line as message_id,
    user_id,
    email,
    phone,
    first_name,
    last_name,
    birthday,
    age,
    gender,
    street,
    city,
    postal_code,
    country,
    preferred_channel,
    updated_at,
    traits
from judged
