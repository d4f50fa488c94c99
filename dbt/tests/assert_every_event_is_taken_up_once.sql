{#- Each file's events are as many with a visitor and a session as without: none is lost, none is there twice. -#}

with

typed as (

    select
        file_number,
        count(*) as events

    from {{ ref('stg_segment__events') }}

    group by file_number

),

taken_up as (

    select
        file_number,
        count(*) as events

    from {{ ref('int_events_sessionized') }}

    group by file_number

)

select
    typed.file_number,
    typed.events,
    taken_up.events as events_taken_up
from typed
full join taken_up on typed.file_number = taken_up.file_number
where typed.events is distinct from taken_up.events
