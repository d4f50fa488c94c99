-- One row per line of one table of weather. Who tells the same twice is heard once.
create or replace temp table parsed as

with

texts as (

    select
        file_number,
        source,
        line,
        document,
        known(city) as city,
        known(weather_date) as date_text,
        lower(known(condition)) as condition,
        known(temperature_c) as temperature_text

    from landed_rows

),

typed as (

    select
        *,
        iso_moment(date_text)::date as weather_date,
        decimal_number(temperature_text) as temperature_c

    from texts

),

judged as (

    select
        *,
        case
            when city is null then 'city: missing'
            when weather_date is null then 'date: not an ISO 8601 date'
            when condition is null then 'condition: missing'
            when temperature_text is not null and (temperature_c is null or not temperature_c between -90 and 60)
                then 'temperature_c: not a temperature'
        end as reason

    from typed

)

select
    file_number,
    line,
    reason,
    case when reason is not null then document::varchar end as payload,
    sha256(
        to_json([source, city, weather_date::varchar, condition, temperature_c::varchar])::varchar
    ) as message_id,
    city,
    weather_date,
    condition,
    temperature_c
from judged
