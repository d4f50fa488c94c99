{#- One row per city and day: the weather as told last. Empty where no table of it is given. -#}
{{ config(materialized='view') }}

with

told as (

    select
        *,
        row_number() over (
            partition by lower(city), weather_date
            order by file_number desc, line desc
        ) as place
    from {{ source('raw', 'weather') }}

)

select
    lower(city) as city,
    weather_date,
    condition,
    temperature_c,
    condition in (
        {% for condition in var('wet_conditions') -%}
        {{ sql_text(condition) }}{{ ',' if not loop.last }}
        {% endfor %}
    ) as is_wet
from told
where place = 1
