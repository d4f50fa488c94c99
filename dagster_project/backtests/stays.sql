-- Each stay in the segment, in steps of the moments. Grain: one person and stay.
create or replace table analysis.stays as
with

members as (

    select distinct
        evaluated.person_id as customer_id,
        moments.step
    from analysis.evaluated
    inner join analysis.moments on evaluated.as_of = moments.as_of
    where evaluated.is_member

),

numbered as (

    select
        *,
        step - row_number() over (partition by customer_id order by step) as stay
    from members

),

stays as (

    select
        customer_id,
        min(step) as first_step,
        max(step) as last_step
    from numbered
    group by customer_id, stay

)

select
    stays.customer_id,
    entries.as_of as entered_at,
    exits.as_of as left_at,
    stays.first_step,
    stays.last_step
from stays
left join analysis.moments as entries on stays.first_step = entries.step and stays.first_step > 0
left join analysis.moments as exits on stays.last_step + 1 = exits.step
where stays.last_step > 0 or exits.as_of is not null
